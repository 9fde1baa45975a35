param name string
param planName string
param location string
param tags object
param logsId string

@description('Id of the subnet, delegated to Microsoft.App/environments, from which the program probes.')
param subnetId string

param identityId string

@description('Blob endpoint of the account with the deployment container.')
param hostBlobEndpoint string

param deploymentContainer string

@description('Major version of Node.js.')
param nodeVersion string

@description('Memory of an instance in MB.')
param instanceMemory int

@description('Instances that are always ready for orchestrations.')
param alwaysReadyInstances int

@description('CIDR ranges that may call, beside Azure Monitor and Event Grid; empty: every address may try.')
param callers string[]

@description('Application settings by name.')
param settings object

var azureCallers = map(['ActionGroup', 'AzureEventGrid'], (tag, index) => {
  name: tag
  action: 'Allow'
  priority: 100 + index
  tag: 'ServiceTag'
  ipAddress: tag
})
var namedCallers = map(callers, (range, index) => {
  name: 'caller-${index}'
  action: 'Allow'
  priority: 200 + index
  tag: 'Default'
  ipAddress: range
})

resource plan 'Microsoft.Web/serverfarms@2024-04-01' = {
  name: planName
  location: location
  tags: tags
  kind: 'functionapp'
  sku: { name: 'FC1', tier: 'FlexConsumption' }
  properties: { reserved: true }
}

resource app 'Microsoft.Web/sites@2024-04-01' = {
  name: name
  location: location
  // azd finds the app of its service by this tag.
  tags: union(tags, { 'azd-service-name': 'remediator' })
  kind: 'functionapp,linux'
  identity: {
    type: 'UserAssigned'
    userAssignedIdentities: { '${identityId}': {} }
  }
  properties: {
    serverFarmId: plan.id
    httpsOnly: true
    // Azure Monitor and Event Grid call from outside of the network.
    publicNetworkAccess: 'Enabled'
    clientAffinityEnabled: false
    virtualNetworkSubnetId: subnetId
    functionAppConfig: {
      runtime: { name: 'node', version: nodeVersion }
      deployment: {
        storage: {
          type: 'blobContainer'
          value: '${hostBlobEndpoint}${deploymentContainer}'
          authentication: {
            type: 'UserAssignedIdentity'
            userAssignedIdentityResourceId: identityId
          }
        }
      }
      scaleAndConcurrency: {
        instanceMemoryMB: instanceMemory
        // The lowest that Azure takes; a run is spread over activities, not over instances.
        maximumInstanceCount: 40
        // With Azure Storage behind it an idle durable app would otherwise be woken late.
        alwaysReady: [
          { name: 'durable', instanceCount: alwaysReadyInstances }
        ]
      }
    }
    // Flex Consumption refuses what it has no use for, such as ftpsState: it has no FTP.
    siteConfig: {
      minTlsVersion: '1.2'
      scmMinTlsVersion: '1.2'
      http20Enabled: true
      ipSecurityRestrictionsDefaultAction: empty(callers) ? 'Allow' : 'Deny'
      ipSecurityRestrictions: empty(callers) ? [] : concat(azureCallers, namedCallers)
      scmIpSecurityRestrictionsUseMain: false
    }
  }

  resource appSettings 'config' = {
    name: 'appsettings'
    properties: settings
  }

  resource ftp 'basicPublishingCredentialsPolicies' = {
    name: 'ftp'
    properties: { allow: false }
  }

  resource scm 'basicPublishingCredentialsPolicies' = {
    name: 'scm'
    properties: { allow: false }
  }
}

resource diagnostics 'Microsoft.Insights/diagnosticSettings@2021-05-01-preview' = {
  name: 'to-logs'
  scope: app
  properties: {
    workspaceId: logsId
    logs: [
      { category: 'FunctionAppLogs', enabled: true }
    ]
    metrics: [
      { category: 'AllMetrics', enabled: true }
    ]
  }
}

output id string = app.id
output hostName string = app.properties.defaultHostName
