metadata description = 'Alerts: examples of rules that see a VM which may be cut off and hand it to the remediator, and rules about the remediator itself, which call people.'

@description('Beginning of all names.')
param name string
param location string = resourceGroup().location
param tags object = {}

@description('Id of the workspace to which the watched VMs send their Heartbeat; empty: no rule about it.')
param logAnalyticsId string = ''

@description('Id of the Application Insights resource to which the remediator sends its telemetry.')
param applicationInsightsId string

@description('Id of the function app.')
param functionAppId string

@description('Host name of the function app.')
param functionHostName string

@description('Who is told of trouble with the remediator itself, and of VMs that need a person.')
param emails string[] = []

@description('How the webhook proves who calls: with a token for this application (objectId: of its enterprise application); left out: with the app\'s function key, which whoever may read the action group can read too.')
param entra { tenantId: string, objectId: string, audience: string }?

@description('VMs whose RDP port a Connection Monitor dials from another VM, which has the Network Watcher agent; left out: none.')
param connectionMonitor {
  sourceVmId: string
  destinationVmIds: string[]
  networkWatcherName: string
  networkWatcherResourceGroup: string
}?

@description('Ids of the event subscriptions for NIC writes.')
param eventSubscriptionIds string[] = []

@description('Id of the storage account with the events that could not be delivered; empty: no rule about it.')
param deadLetterStorageId string = ''

@description('Minutes without Heartbeat after which a VM counts as silent.')
@minValue(5)
@maxValue(60)
param heartbeatMinutes int = 10

@description('Minutes for which an incident may stay open.')
@minValue(60)
param mostMinutesOpen int = 240

@description('Days without any NIC write after which it is asked whether events still come: 1 or 2, which is as far back as a rule looks; 0: no such rule, where NICs are seldom written.')
@minValue(0)
@maxValue(2)
param quietDays int = 2

param rdpPort int = 3389

var webhook = 'https://${functionHostName}/api/alerts'
// A key of the host opens every function, so that this one need not be there yet.
var keyOfApp = entra == null ? listKeys('${functionAppId}/host/default', '2024-04-01').functionKeys.default : ''
var receiver = entra == null
  ? { name: 'remediator', serviceUri: '${webhook}?code=${keyOfApp}', useCommonAlertSchema: true }
  : {
      name: 'remediator'
      serviceUri: webhook
      useCommonAlertSchema: true
      useAadAuth: true
      objectId: entra!.objectId
      identifierUri: entra!.audience
      tenantId: entra!.tenantId
    }

resource remediator 'Microsoft.Insights/actionGroups@2023-01-01' = {
  name: '${name}-heal'
  location: 'global'
  tags: tags
  properties: {
    groupShortName: 'sir-heal'
    enabled: true
    webhookReceivers: [receiver]
  }
}

resource people 'Microsoft.Insights/actionGroups@2023-01-01' = {
  name: '${name}-people'
  location: 'global'
  tags: tags
  properties: {
    groupShortName: 'sir-people'
    enabled: true
    emailReceivers: map(emails, address => {
      name: address
      emailAddress: address
      useCommonAlertSchema: true
    })
  }
}

module heartbeat 'modules/log-alert.bicep' = if (!empty(logAnalyticsId)) {
  name: '${name}-heartbeat'
  params: {
    name: '${name}-no-heartbeat'
    location: location
    tags: tags
    text: 'A Windows VM sends no Heartbeat any more. The remediator looks whether it is cut off.'
    severity: 1
    sourceId: logAnalyticsId
    query: '''
      Heartbeat
      | where OSType == "Windows" and _ResourceId has "/microsoft.compute/virtualmachines/"
      | summarize Last = max(TimeGenerated) by _ResourceId
      | extend Value = datetime_diff("minute", now(), Last)
      | project _ResourceId, Value
    '''
    resourceIdColumn: '_ResourceId'
    operator: 'GreaterThan'
    threshold: heartbeatMinutes
    times: { every: 'PT5M', window: 'PT5M', range: 'PT6H' }
    actionGroupId: remediator.id
  }
}

module rdpMonitor 'modules/connection-monitor.bicep' = if (connectionMonitor != null) {
  name: '${name}-rdp'
  scope: resourceGroup(connectionMonitor.?networkWatcherResourceGroup ?? 'NetworkWatcherRG')
  params: {
    networkWatcherName: connectionMonitor.?networkWatcherName ?? ''
    name: '${name}-rdp'
    location: location
    tags: tags
    sourceVmId: connectionMonitor.?sourceVmId ?? ''
    destinationVmIds: connectionMonitor.?destinationVmIds ?? []
    port: rdpPort
  }
}

resource rdpSilent 'Microsoft.Insights/metricAlerts@2018-03-01' = if (connectionMonitor != null) {
  name: '${name}-rdp-silent'
  location: 'global'
  tags: tags
  properties: {
    description: 'RDP of a VM answers no dial from the Connection Monitor. The remediator looks whether it is cut off.'
    severity: 1
    enabled: true
    scopes: [rdpMonitor!.outputs.id]
    evaluationFrequency: 'PT1M'
    windowSize: 'PT5M'
    autoMitigate: true
    criteria: {
      'odata.type': 'Microsoft.Azure.Monitor.SingleResourceMultipleMetricCriteria'
      allOf: [
        {
          criterionType: 'StaticThresholdCriterion'
          name: 'every-check-failed'
          metricNamespace: 'Microsoft.Network/networkWatchers/connectionMonitors'
          metricName: 'ChecksFailedPercent'
          timeAggregation: 'Average'
          operator: 'GreaterThanOrEqual'
          threshold: 99
          // Without it an alert names the monitor only, and no VM.
          dimensions: [{ name: 'DestinationResourceId', operator: 'Include', values: ['*'] }]
        }
      ]
    }
    actions: [{ actionGroupId: remediator.id }]
  }
}

module incidentsFailed 'modules/log-alert.bicep' = {
  name: '${name}-incidents-failed'
  params: {
    name: '${name}-incidents-failed'
    location: location
    tags: tags
    text: 'Incidents ended as failed, or need a person. GET /api/incidents says which, and what to do next.'
    severity: 1
    sourceId: applicationInsightsId
    query: '''
      customMetrics
      | where name == "remediator.incidents"
      | extend Outcome = tostring(customDimensions["outcome"])
      | where Outcome in ("failed", "needsHuman")
      | summarize Value = sum(valueSum) by Outcome
    '''
    splitBy: ['Outcome']
    operator: 'GreaterThan'
    threshold: 0
    times: { every: 'PT5M', window: 'PT5M', range: 'PT10M' }
    actionGroupId: people.id
  }
}

module incidentOpenTooLong 'modules/log-alert.bicep' = {
  name: '${name}-incident-open'
  params: {
    name: '${name}-incident-open-too-long'
    location: location
    tags: tags
    text: 'An incident is open for longer than any should be. GET /api/incidents?open=true&steps=true says where it stands.'
    severity: 2
    sourceId: applicationInsightsId
    query: '''
      customMetrics
      | where name == "remediator.incidents.oldest_age"
      | summarize Value = toint(max(valueMax) / 60)
    '''
    operator: 'GreaterThan'
    threshold: mostMinutesOpen
    times: { every: 'PT15M', window: 'PT15M', range: 'PT15M' }
    actionGroupId: people.id
  }
}

module silent 'modules/log-alert.bicep' = {
  name: '${name}-silent'
  params: {
    name: '${name}-not-running'
    location: location
    tags: tags
    text: 'The remediator has told nothing for half an hour: its sweep runs each minute. Look at the function app and its log.'
    severity: 1
    sourceId: applicationInsightsId
    query: '''
      customMetrics
      | where name == "remediator.incidents.open"
      | summarize Value = count()
    '''
    operator: 'LessThan'
    threshold: 1
    times: { every: 'PT15M', window: 'PT30M', range: 'PT30M' }
    actionGroupId: people.id
  }
}

module noEvents 'modules/log-alert.bicep' = if (quietDays > 0) {
  name: '${name}-no-events'
  params: {
    name: '${name}-no-events'
    location: location
    tags: tags
    text: 'No NIC write came for days. Write a tag of a NIC and see whether a signal comes; else look at the event subscription.'
    severity: 3
    sourceId: applicationInsightsId
    query: '''
      customMetrics
      | where name == "remediator.signals" and customDimensions["source"] == "nicChanged"
      | summarize Value = count()
    '''
    operator: 'LessThan'
    threshold: 1
    times: { every: 'P1D', window: 'P1D', range: 'P${max(quietDays, 1)}D' }
    actionGroupId: people.id
  }
}

// Event Grid tries for a day: a failed attempt is normal while the app starts, a lost event never is.
var deliveryTroubles = [
  { metric: 'DeadLetteredCount', most: 0, text: 'Events could not be delivered and were put aside.' }
  { metric: 'DroppedEventCount', most: 0, text: 'Events could not be delivered and are lost.' }
  { metric: 'DeliveryAttemptFailCount', most: 20, text: 'Many attempts to deliver events fail.' }
]
var deliveryRules = flatten(map(
  eventSubscriptionIds,
  id => map(deliveryTroubles, trouble => { id: id, trouble: trouble })
))

resource deliveries 'Microsoft.Insights/metricAlerts@2018-03-01' = [
  for rule in deliveryRules: {
    name: '${name}-${rule.trouble.metric}-${uniqueString(rule.id)}'
    location: 'global'
    tags: tags
    properties: {
      description: '${rule.trouble.text} See docs/telemetry.md.'
      severity: 2
      enabled: true
      scopes: [rule.id]
      evaluationFrequency: 'PT5M'
      windowSize: 'PT15M'
      autoMitigate: true
      criteria: {
        'odata.type': 'Microsoft.Azure.Monitor.SingleResourceMultipleMetricCriteria'
        allOf: [
          {
            criterionType: 'StaticThresholdCriterion'
            name: 'too-many'
            metricNamespace: 'Microsoft.EventGrid/eventSubscriptions'
            metricName: rule.trouble.metric
            timeAggregation: 'Total'
            operator: 'GreaterThan'
            threshold: rule.trouble.most
          }
        ]
      }
      actions: [{ actionGroupId: people.id }]
    }
  }
]

resource deadLetters 'Microsoft.Insights/metricAlerts@2018-03-01' = if (!empty(deadLetterStorageId)) {
  name: '${name}-dead-letters'
  location: 'global'
  tags: tags
  properties: {
    description: 'Events that could not be delivered lie in the storage account for them. See docs/telemetry.md.'
    severity: 2
    enabled: true
    scopes: ['${deadLetterStorageId}/blobServices/default']
    evaluationFrequency: 'PT1H'
    windowSize: 'PT1H'
    autoMitigate: true
    criteria: {
      'odata.type': 'Microsoft.Azure.Monitor.SingleResourceMultipleMetricCriteria'
      allOf: [
        {
          criterionType: 'StaticThresholdCriterion'
          name: 'any'
          metricNamespace: 'Microsoft.Storage/storageAccounts/blobServices'
          metricName: 'BlobCount'
          timeAggregation: 'Average'
          operator: 'GreaterThan'
          threshold: 0
        }
      ]
    }
    actions: [{ actionGroupId: people.id }]
  }
}

output actionGroupId string = remediator.id
