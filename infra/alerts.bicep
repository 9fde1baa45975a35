metadata description = 'Alerts: examples of rules that see a VM which may be cut off and hand it to the remediator, and rules about the remediator itself, which call people.'

import { alertWishes, webhookApplication } from 'modules/alert-wishes.bicep'

@description('Beginning of all names.')
param name string
param location string
param tags object

@description('Id of the Application Insights resource to which the remediator sends its telemetry.')
param applicationInsightsId string

@description('Id of the function app.')
param functionAppId string

@description('Host name of the function app.')
param functionHostName string

param wishes alertWishes = {}

@description('How the webhook proves who calls: with a token for this application; left out: with a key of that one function, which whoever may read the action group can read too.')
param entra webhookApplication?

@description('Ids of Event Grid topics of the app\'s own.')
param eventTopicIds string[] = []

@description('Id of the storage account with the events that could not be delivered; empty: no rule about it.')
param deadLetterStorageId string = ''

var emails = wishes.?emails ?? []
var heartbeatWorkspaceId = wishes.?heartbeatWorkspaceId ?? ''
var connectionMonitor = wishes.?connectionMonitor
var quietDays = wishes.?quietDays ?? 2

var webhook = 'https://${functionHostName}/api/alerts'
// The function is there: events.bicep comes after the code. Its key opens nothing else.
var key = entra == null ? listKeys('${functionAppId}/functions/alerts', '2024-04-01').default : ''
var receiver = entra == null
  ? { name: 'remediator', serviceUri: '${webhook}?code=${key}', useCommonAlertSchema: true }
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

resource people 'Microsoft.Insights/actionGroups@2023-01-01' = if (!empty(emails)) {
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

// Without receivers an alert is still in Azure's list, where alert processing rules find it too.
var toldPeople = empty(emails) ? [] : [people.id]

module heartbeat 'modules/log-alert.bicep' = if (!empty(heartbeatWorkspaceId)) {
  name: '${name}-heartbeat'
  params: {
    name: '${name}-no-heartbeat'
    location: wishes.?heartbeatLocation ?? location
    tags: tags
    text: 'A Windows VM sends no Heartbeat any more. The remediator looks whether it is cut off.'
    severity: 1
    sourceId: heartbeatWorkspaceId
    query: '''
      Heartbeat
      | where OSType == "Windows" and _ResourceId has "/microsoft.compute/virtualmachines/"
      | summarize Last = max(TimeGenerated) by _ResourceId
      | extend Value = datetime_diff("minute", now(), Last)
      | project _ResourceId, Value
    '''
    resourceIdColumn: '_ResourceId'
    operator: 'GreaterThan'
    threshold: wishes.?heartbeatMinutes ?? 10
    times: { every: 'PT5M', window: 'PT5M', range: 'PT6H' }
    actionGroupIds: [remediator.id]
  }
}

module rdpMonitor 'modules/connection-monitor.bicep' = if (connectionMonitor != null) {
  name: '${name}-rdp'
  // The Network Watcher is in the subscription of the VM that dials; the scope is read without a monitor too.
  scope: resourceGroup(
    split(connectionMonitor.?sourceVmId ?? subscription().id, '/')[2],
    connectionMonitor.?networkWatcherResourceGroup ?? 'NetworkWatcherRG'
  )
  params: {
    networkWatcherName: connectionMonitor.?networkWatcherName ?? ''
    // One Network Watcher serves all deployments of a region.
    name: '${name}-rdp-${uniqueString(resourceGroup().id)}'
    location: connectionMonitor.?location ?? location
    tags: tags
    sourceVmId: connectionMonitor.?sourceVmId ?? ''
    destinationVmIds: connectionMonitor.?destinationVmIds ?? []
    port: connectionMonitor.?port ?? 3389
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
    actionGroupIds: toldPeople
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
    threshold: wishes.?mostMinutesOpen ?? 240
    times: { every: 'PT15M', window: 'PT15M', range: 'PT15M' }
    actionGroupIds: toldPeople
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
    actionGroupIds: toldPeople
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
    actionGroupIds: toldPeople
  }
}

module eventsFailed 'modules/log-alert.bicep' = {
  name: '${name}-events-failed'
  params: {
    name: '${name}-events-failed'
    location: location
    tags: tags
    text: 'The remediator could not take events in, again and again. Event Grid tries each for a day. Look at the log of nicChanged and alertFired.'
    severity: 2
    sourceId: applicationInsightsId
    query: '''
      requests
      | where name in ("nicChanged", "alertFired") and success == false
      | summarize Value = sum(itemCount)
    '''
    operator: 'GreaterThan'
    threshold: 5
    times: { every: 'PT15M', window: 'PT15M', range: 'PT30M' }
    actionGroupIds: toldPeople
  }
}

// A failed attempt is normal while the app starts, a lost event never is.
var deliveryTroubles = [
  { metric: 'DeadLetteredCount', most: 0, text: 'Events could not be delivered and were put aside.' }
  { metric: 'DroppedEventCount', most: 0, text: 'Events could not be delivered and are lost.' }
  { metric: 'DeliveryAttemptFailCount', most: 20, text: 'Many attempts to deliver events fail.' }
]
// Metric rules know topics and system topics, but no event subscriptions (hashicorp/terraform-provider-azurerm #18869).
var deliveryRules = flatten(map(
  concat(eventTopicIds, wishes.?systemTopicIds ?? []),
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
            metricNamespace: 'Microsoft.EventGrid/${split(rule.id, '/')[7]}'
            metricName: rule.trouble.metric
            timeAggregation: 'Total'
            operator: 'GreaterThan'
            threshold: rule.trouble.most
            // A system topic has those of others too: an alert says of which it speaks.
            dimensions: [{ name: 'EventSubscriptionName', operator: 'Include', values: ['*'] }]
          }
        ]
      }
      actions: map(toldPeople, id => { actionGroupId: id })
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
    actions: map(toldPeople, id => { actionGroupId: id })
  }
}

output actionGroupId string = remediator.id
