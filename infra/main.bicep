metadata description = 'Everything that the Static IP Remediator runs on, and its rights on what it watches. The code comes after it, then events.bicep.'

targetScope = 'subscription'

import { alertWishes } from 'modules/alert-wishes.bicep'
import { deadLetterContainer, namesOf } from 'modules/names.bicep'
import { subscriptionsOf } from 'modules/scopes.bicep'
import { furtherSettings } from 'modules/further-settings.bicep'

@description('Resource group to make, and to put everything into.')
param resourceGroupName string = 'rg-static-ip-remediator'

@description('Region. VMs are probed from its network.')
param location string = deployment().location

param tags object = {}

@description('What is watched: ids of subscriptions (/subscriptions/ID) or resource groups (/subscriptions/ID/resourceGroups/NAME). Nothing else is read or changed.')
@minLength(1)
param watch string[]

@description('Whether rights.mg.bicep gives the rights, for a management group above everything that is watched.')
param rightsByManagementGroup bool = false

@description('observe reads and reports; heal also changes.')
@allowed(['observe', 'heal'])
param mode string = 'observe'

@description('Ids of subscriptions, resource groups or VMs whose VMs are healed without the tag static-ip-remediator: on.')
param optedIn string[] = []

@description('What may be done beyond the script inside Windows.')
param allow ('console' | 'restarts' | 'restarts-unread' | 'restarts-pooled' | 'ghosts')[] = []

@description('Whether an operator or a VM\'s tag may ask that Azure keeps an address, which needs the right to write NICs.')
param pinAddresses bool = false

@description('Key Vault secret with the login for the serial console, if there is one.')
param consoleSecret { vaultId: string, name: string }?

@description('Who may call: holders of a token for this application; left out: holders of a function key. objectId is that of its registration; infra/scripts/register-app.sh prints all.')
param entra { tenantId: string, clientId: string, objectId: string, audience: string? }?

@description('CIDR ranges that may call the app, beside Azure Monitor and Event Grid; empty: every address may try.')
param callers string[] = []

@description('Signals are stored, and no run starts; open runs go on.')
param paused bool = false

@description('Other settings by name; docs/operations.md lists them.')
param extraSettings furtherSettings = {}

@description('Id of a subnet delegated to Microsoft.App/environments, in the same region, from which the VMs can be reached; left out: a network of its own.')
param subnetId string = ''

@description('Address space of the own network.')
param addressPrefix string = '10.77.0.0/26'

@description('Where orchestrations are kept: Azure Storage, or a Durable Task Scheduler.')
param durableBackend 'storage' | 'scheduler' = 'storage'

@description('Instances that are always ready for orchestrations. With a scheduler no more are added: the scale controller does not see the settings that choose it.')
@minValue(1)
@maxValue(20)
param alwaysReadyInstances int = 1

@description('Whether to make an Event Grid topic: for lifecycle events of incidents, and for alerts of other tools.')
param eventTopic bool = false

@description('What is alerted of, and who is told; events.bicep makes the rules.')
param alerts alertWishes = {}

@description('Redundancy of the storage accounts. Zones keep the records when a datacenter is lost; not every region has them.')
param storageRedundancy 'Standard_LRS' | 'Standard_ZRS' | 'Standard_GZRS' = 'Standard_LRS'

@description('Node.js of the app.')
param nodeVersion '22' | '24' = '24'

@description('Memory of an instance in MB.')
param instanceMemory 512 | 2048 | 4096 = 2048

@description('Days for which logs are kept.')
@minValue(30)
@maxValue(730)
param logRetentionDays int = 30

@description('Gigabytes of logs a day after which no more are taken until the next day.')
param logDailyCapGigabytes int = 1

// host.json names this task hub.
var taskHub = 'StaticIpRemediator'
var deploymentContainer = 'deployment'

// Azure's built-in roles.
var blobDataOwner = 'b7e6dc6d-f1e8-4753-8033-0f276bb0955b'
var blobDataContributor = 'ba92f5b4-2d11-453d-a403-e96b0029c9fe'
var queueDataContributor = '974c5e8b-45b9-4653-ba55-5f855dd0fb88'
var tableDataContributor = '0a9a7e1f-b9d0-4cc4-a60d-0319b160aaa3'

// A scope is read even where its condition is false, so it needs a value without a secret too.
var vaultParts = split(
  consoleSecret.?vaultId ?? '${subscription().id}/resourceGroups/none/providers/x/vaults/none',
  '/'
)
var vault = { subscriptionId: vaultParts[2], resourceGroup: vaultParts[4], name: vaultParts[8] }

var names = namesOf(subscription().subscriptionId, resourceGroupName)

resource group 'Microsoft.Resources/resourceGroups@2024-03-01' = {
  name: resourceGroupName
  location: location
  tags: tags
}

module identity 'modules/identity.bicep' = {
  scope: group
  params: { name: names.identity, location: location, tags: tags }
}

var principal = { id: identity.outputs.id, principalId: identity.outputs.principalId }

module monitoring 'modules/monitoring.bicep' = {
  scope: group
  params: {
    logsName: names.logs
    applicationInsightsName: names.applicationInsights
    location: location
    tags: tags
    retentionDays: logRetentionDays
    dailyCapGigabytes: logDailyCapGigabytes
    identity: principal
  }
}

module workbook 'workbook.bicep' = {
  scope: group
  params: {
    name: 'Static IP Remediator'
    location: location
    tags: tags
    applicationInsightsId: monitoring.outputs.applicationInsightsId
  }
}

module network 'modules/network.bicep' = if (empty(subnetId)) {
  scope: group
  params: { name: names.network, location: location, tags: tags, addressPrefix: addressPrefix }
}

module hostStorage 'modules/storage.bicep' = {
  name: 'host-storage'
  scope: group
  params: {
    name: names.hostStorage
    location: location
    tags: tags
    logsId: monitoring.outputs.logsId
    identity: principal
    redundancy: storageRedundancy
    use: {
      containers: [deploymentContainer]
      roles: [blobDataOwner, queueDataContributor, tableDataContributor]
      logEveryService: false
      restoreDays: 0
      expireDays: 0
    }
  }
}

module recordStorage 'modules/storage.bicep' = {
  name: 'record-storage'
  scope: group
  params: {
    name: names.recordStorage
    location: location
    tags: tags
    logsId: monitoring.outputs.logsId
    identity: principal
    redundancy: storageRedundancy
    use: {
      containers: []
      roles: [blobDataContributor, tableDataContributor]
      logEveryService: true
      restoreDays: 14
      expireDays: 0
    }
  }
}

module deadLetterStorage 'modules/storage.bicep' = {
  name: 'dead-letter-storage'
  scope: group
  params: {
    name: names.deadLetterStorage
    location: location
    tags: tags
    logsId: monitoring.outputs.logsId
    identity: principal
    redundancy: storageRedundancy
    use: {
      containers: [deadLetterContainer]
      roles: []
      logEveryService: true
      restoreDays: 0
      expireDays: 90
    }
  }
}

module scheduler 'modules/scheduler.bicep' = if (durableBackend == 'scheduler') {
  scope: group
  params: {
    name: names.scheduler
    location: location
    tags: tags
    taskHub: taskHub
    identity: principal
  }
}

module topic 'modules/event-topic.bicep' = if (eventTopic) {
  scope: group
  params: {
    name: names.eventTopic
    location: location
    tags: tags
    logsId: monitoring.outputs.logsId
    identity: principal
  }
}

module secretRight 'modules/secret-right.bicep' = if (consoleSecret != null) {
  scope: resourceGroup(vault.subscriptionId, vault.resourceGroup)
  params: {
    vaultName: vault.name
    secretName: consoleSecret.?name ?? 'none'
    identity: principal
  }
}

module rights 'rights.bicep' = [
  for watched in filter(subscriptionsOf(watch), _ => !rightsByManagementGroup): {
    name: 'rights-${uniqueString(resourceGroupName, watched.subscriptionId)}'
    scope: subscription(watched.subscriptionId)
    params: {
      principalId: identity.outputs.principalId
      resourceGroupId: group.id
      resourceGroups: watched.resourceGroups
      groups: concat(
        ['read', 'guest'],
        mode == 'heal' ? ['heal'] : [],
        contains(allow, 'console') ? ['console'] : [],
        mode == 'heal' && (pinAddresses || contains(allow, 'restarts')) ? ['nic'] : []
      )
    }
  }
]

// What extraSettings may set otherwise. The program takes bodies up to 1 MiB; larger ones need not reach it.
var defaultSettings = { FUNCTIONS_REQUEST_BODY_SIZE_LIMIT: '2097152' }

var platformSettings = {
  AZURE_CLIENT_ID: identity.outputs.clientId
  AzureWebJobsStorage__blobServiceUri: hostStorage.outputs.blobEndpoint
  AzureWebJobsStorage__queueServiceUri: hostStorage.outputs.queueEndpoint
  AzureWebJobsStorage__tableServiceUri: hostStorage.outputs.tableEndpoint
  AzureWebJobsStorage__credential: 'managedidentity'
  AzureWebJobsStorage__clientId: identity.outputs.clientId
  APPLICATIONINSIGHTS_CONNECTION_STRING: monitoring.outputs.connectionString
  APPLICATIONINSIGHTS_AUTHENTICATION_STRING: 'Authorization=AAD;ClientId=${identity.outputs.clientId}'
}

// host.json is for Azure Storage; a setting named after a path in it overrides it.
var durableSettings = durableBackend == 'scheduler'
  ? {
      AzureFunctionsJobHost__extensions__durableTask__storageProvider__type: 'azureManaged'
      AzureFunctionsJobHost__extensions__durableTask__storageProvider__connectionStringName: 'DURABLE_TASK_SCHEDULER_CONNECTION_STRING'
      DURABLE_TASK_SCHEDULER_CONNECTION_STRING: 'Endpoint=${scheduler!.outputs.endpoint};Authentication=ManagedIdentity;ClientID=${identity.outputs.clientId}'
      TASKHUB_NAME: taskHub
    }
  : {}

var remediatorSettings = {
  REMEDIATOR_MODE: mode
  REMEDIATOR_SCOPE: join(optedIn, ',')
  REMEDIATOR_ALLOW: join(allow, ',')
  // string() would write True and False.
  REMEDIATOR_PAUSED: paused ? 'true' : 'false'
  REMEDIATOR_TABLE_ENDPOINT: recordStorage.outputs.tableEndpoint
  REMEDIATOR_BLOB_ENDPOINT: recordStorage.outputs.blobEndpoint
  REMEDIATOR_TELEMETRY: 'applicationInsights'
  REMEDIATOR_AUTH: entra == null ? 'functionKey' : 'entra'
}

var audience = entra == null ? '' : entra!.?audience ?? 'api://${entra!.clientId}'
var entraSettings = entra == null
  ? {}
  : {
      REMEDIATOR_ENTRA_TENANT: entra!.tenantId
      REMEDIATOR_ENTRA_CLIENT: entra!.clientId
      REMEDIATOR_ENTRA_AUDIENCE: audience
    }

var topicSettings = eventTopic ? { REMEDIATOR_EVENT_TOPIC: topic!.outputs.endpoint } : {}

var consoleSettings = consoleSecret == null
  ? {}
  : {
      REMEDIATOR_CONSOLE_SECRET: 'https://${vault.name}${environment().suffixes.keyvaultDns}/secrets/${consoleSecret!.name}'
    }

module functionApp 'modules/function-app.bicep' = {
  name: 'function-app'
  scope: group
  params: {
    name: names.functionApp
    planName: names.plan
    location: location
    tags: tags
    logsId: monitoring.outputs.logsId
    subnetId: empty(subnetId) ? network!.outputs.subnetId : subnetId
    identityId: identity.outputs.id
    hostBlobEndpoint: hostStorage.outputs.blobEndpoint
    deploymentContainer: deploymentContainer
    nodeVersion: nodeVersion
    instanceMemory: instanceMemory
    alwaysReadyInstances: alwaysReadyInstances
    callers: callers
    settings: union(
      defaultSettings,
      extraSettings,
      platformSettings,
      durableSettings,
      remediatorSettings,
      entraSettings,
      topicSettings,
      consoleSettings
    )
  }
}

// In capitals, as azd hands them to its hooks.
output AZURE_RESOURCE_GROUP string = group.name
output AZURE_LOCATION string = location
output FUNCTION_APP_NAME string = names.functionApp
output FUNCTION_APP_HOST string = functionApp.outputs.hostName
output RESOURCE_GROUP_ID string = group.id
output IDENTITY_PRINCIPAL_ID string = identity.outputs.principalId
output IDENTITY_CLIENT_ID string = identity.outputs.clientId
output WATCHED_SCOPES string = join(watch, ',')
output HAS_EVENT_TOPIC bool = eventTopic
// As JSON: events.bicep takes them.
output ALERTS string = string(alerts)
output ALERTS_ENTRA string = entra == null
  ? ''
  : string({ tenantId: entra!.tenantId, objectId: entra!.objectId, audience: audience })
