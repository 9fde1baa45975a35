metadata description = 'Hands NIC writes of what is watched to the deployed function, and alerts. It comes after the code: Event Grid refuses a function that is not there yet, and a webhook needs its key.'

targetScope = 'subscription'

import { alertWishes, webhookApplication } from 'modules/alert-wishes.bicep'
import { deadLetterContainer, namesOf } from 'modules/names.bicep'
import { subscriptionsOf } from 'modules/scopes.bicep'

@description('Resource group that main.bicep made.')
param resourceGroupName string = 'rg-static-ip-remediator'

@description('What is watched, as given to main.bicep.')
@minLength(1)
param watch string[]

@description('Whether main.bicep made an Event Grid topic.')
param eventTopic bool = false

@description('Whether events that could not be delivered are kept.')
param deadLetters bool = true

@description('What is alerted of, and who is told, as given to main.bicep.')
param alerts alertWishes = {}

@description('Application whose tokens the app takes; left out: function keys.')
param entra webhookApplication?

var names = namesOf(subscription().subscriptionId, resourceGroupName)
var subscriptions = subscriptionsOf(watch)
var groups = flatten(map(
  subscriptions,
  watched =>
    map(watched.resourceGroups, group => {
      subscriptionId: watched.subscriptionId
      name: group
    })
))

// Deployments to one app share a subscription's names.
var name = 'remediator-${uniqueString(subscription().id, resourceGroupName)}'

resource group 'Microsoft.Resources/resourceGroups@2024-03-01' existing = {
  name: resourceGroupName
}

resource functionApp 'Microsoft.Web/sites@2024-04-01' existing = {
  name: names.functionApp
  scope: group
}

resource deadLetterAccount 'Microsoft.Storage/storageAccounts@2024-01-01' existing = {
  name: names.deadLetterStorage
  scope: group
}

resource applicationInsights 'Microsoft.Insights/components@2020-02-02' existing = {
  name: names.applicationInsights
  scope: group
}

resource topic 'Microsoft.EventGrid/topics@2025-02-15' existing = {
  name: names.eventTopic
  scope: group
}

var deadLetterDestination = deadLetters
  ? {
      endpointType: 'StorageBlob'
      properties: { resourceId: deadLetterAccount.id, blobContainerName: deadLetterContainer }
    }
  : null

module ofSubscriptions 'modules/nic-events-subscription.bicep' = [
  for watched in filter(subscriptions, entry => empty(entry.resourceGroups)): {
    name: 'nic-events-${uniqueString(name, watched.subscriptionId)}'
    scope: subscription(watched.subscriptionId)
    params: {
      name: name
      functionId: '${functionApp.id}/functions/nicChanged'
      deadLetters: deadLetterDestination
    }
  }
]

module ofGroups 'modules/nic-events-group.bicep' = [
  for watched in groups: {
    name: 'nic-events-${uniqueString(name, watched.subscriptionId, watched.name)}'
    scope: resourceGroup(watched.subscriptionId, watched.name)
    params: {
      name: name
      functionId: '${functionApp.id}/functions/nicChanged'
      deadLetters: deadLetterDestination
    }
  }
]

module ofTools 'modules/alert-events.bicep' = if (eventTopic) {
  scope: group
  params: {
    topicName: names.eventTopic
    functionId: '${functionApp.id}/functions/alertFired'
    deadLetters: deadLetterDestination
  }
}

module rules 'alerts.bicep' = {
  name: 'alerts'
  scope: group
  params: {
    name: 'remediator'
    location: group.location
    tags: group.?tags ?? {}
    applicationInsightsId: applicationInsights.id
    functionAppId: functionApp.id
    functionHostName: functionApp.properties.defaultHostName
    wishes: alerts
    entra: entra
    eventTopicIds: eventTopic ? [topic.id] : []
    deadLetterStorageId: deadLetters ? deadLetterAccount.id : ''
  }
}
