@description('Name of the Durable Task Scheduler.')
param name string

param location string
param tags object

@description('Name of the task hub: the one that host.json names.')
param taskHub string

@description('The program\'s identity, which runs orchestrations there.')
param identity { id: string, principalId: string }

// "Durable Task Data Contributor" of Azure's built-in roles.
var dataContributor = subscriptionResourceId(
  'Microsoft.Authorization/roleDefinitions',
  '0ad04412-c4d5-4796-b79c-f76d14c8d402'
)

resource scheduler 'Microsoft.DurableTask/schedulers@2025-11-01' = {
  name: name
  location: location
  tags: tags
  properties: {
    sku: { name: 'Consumption' }
    // An empty list lets nobody in; who is let in needs a token of an identity with the role below.
    ipAllowlist: ['0.0.0.0/0']
  }

  resource hub 'taskHubs' = {
    name: taskHub
  }

  // Ended runs are kept as long as the sweep and the API may ask for them.
  resource retention 'retentionPolicies' = {
    name: 'default'
    properties: {
      retentionPolicies: [
        { retentionPeriodInDays: 30 }
      ]
    }
  }
}

resource mayRun 'Microsoft.Authorization/roleAssignments@2022-04-01' = {
  name: guid(scheduler::hub.id, identity.id, dataContributor)
  scope: scheduler::hub
  properties: {
    principalId: identity.principalId
    principalType: 'ServicePrincipal'
    roleDefinitionId: dataContributor
  }
}

output endpoint string = scheduler.properties.endpoint
