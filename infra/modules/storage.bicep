@export()
@description('A storage account, by what is done in it.')
type accountUse = {
  @description('Containers to make.')
  containers: string[]

  @description('Ids of built-in roles that the program gets.')
  roles: string[]

  @description('Whether each request to tables and queues goes to the logs too: a host polls its own every few seconds.')
  logEveryService: bool

  @description('Days in which a deleted blob can be restored; 0: none.')
  restoreDays: int

  @description('Days after which blobs are deleted; 0: never.')
  expireDays: int
}

param name string
param location string
param tags object
param redundancy string
param use accountUse
param logsId string

@description('The program\'s identity.')
param identity { id: string, principalId: string }

resource account 'Microsoft.Storage/storageAccounts@2024-01-01' = {
  name: name
  location: location
  tags: tags
  kind: 'StorageV2'
  sku: { name: redundancy }
  properties: {
    allowSharedKeyAccess: false
    defaultToOAuthAuthentication: true
    allowBlobPublicAccess: false
    allowCrossTenantReplication: false
    minimumTlsVersion: 'TLS1_2'
    supportsHttpsTrafficOnly: true
    publicNetworkAccess: 'Enabled'
    networkAcls: {
      bypass: 'AzureServices'
      defaultAction: 'Allow'
    }
  }

  resource blobs 'blobServices' = {
    name: 'default'
    properties: {
      deleteRetentionPolicy: use.restoreDays == 0 ? { enabled: false } : { enabled: true, days: use.restoreDays }
      containerDeleteRetentionPolicy: use.restoreDays == 0
        ? { enabled: false }
        : { enabled: true, days: use.restoreDays }
    }

    resource container 'containers' = [
      for container in use.containers: {
        name: container
        properties: { publicAccess: 'None' }
      }
    ]
  }

  resource queues 'queueServices' = {
    name: 'default'
  }

  resource tables 'tableServices' = {
    name: 'default'
  }

  resource expiry 'managementPolicies' = if (use.expireDays > 0) {
    name: 'default'
    properties: {
      policy: {
        rules: [
          {
            name: 'expire'
            type: 'Lifecycle'
            definition: {
              filters: { blobTypes: ['blockBlob', 'appendBlob'] }
              actions: { baseBlob: { delete: { daysAfterModificationGreaterThan: use.expireDays } } }
            }
          }
        ]
      }
    }
  }
}

resource rights 'Microsoft.Authorization/roleAssignments@2022-04-01' = [
  for role in use.roles: {
    name: guid(account.id, identity.id, role)
    scope: account
    properties: {
      principalId: identity.principalId
      principalType: 'ServicePrincipal'
      roleDefinitionId: subscriptionResourceId('Microsoft.Authorization/roleDefinitions', role)
    }
  }
]

resource blobDiagnostics 'Microsoft.Insights/diagnosticSettings@2021-05-01-preview' = {
  name: 'to-logs'
  scope: account::blobs
  properties: {
    workspaceId: logsId
    logs: [
      { category: 'StorageRead', enabled: use.logEveryService }
      { category: 'StorageWrite', enabled: use.logEveryService }
      { category: 'StorageDelete', enabled: true }
    ]
    metrics: [
      { category: 'Transaction', enabled: true }
    ]
  }
}

resource queueDiagnostics 'Microsoft.Insights/diagnosticSettings@2021-05-01-preview' = {
  name: 'to-logs'
  scope: account::queues
  properties: {
    workspaceId: logsId
    logs: [
      { category: 'StorageWrite', enabled: use.logEveryService }
    ]
    metrics: [
      { category: 'Transaction', enabled: true }
    ]
  }
}

resource tableDiagnostics 'Microsoft.Insights/diagnosticSettings@2021-05-01-preview' = {
  name: 'to-logs'
  scope: account::tables
  properties: {
    workspaceId: logsId
    logs: [
      { category: 'StorageRead', enabled: use.logEveryService }
      { category: 'StorageWrite', enabled: use.logEveryService }
      { category: 'StorageDelete', enabled: use.logEveryService }
    ]
    metrics: [
      { category: 'Transaction', enabled: true }
    ]
  }
}

output id string = account.id
output blobEndpoint string = account.properties.primaryEndpoints.blob
output queueEndpoint string = account.properties.primaryEndpoints.queue
output tableEndpoint string = account.properties.primaryEndpoints.table
