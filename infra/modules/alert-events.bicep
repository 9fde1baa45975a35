import { retryPolicy } from 'nic-events.bicep'

param topicName string
param functionId string
param deadLetters object?

resource topic 'Microsoft.EventGrid/topics@2025-02-15' existing = {
  name: topicName
}

resource alertEvents 'Microsoft.EventGrid/topics/eventSubscriptions@2025-02-15' = {
  parent: topic
  name: 'alerts-to-remediator'
  properties: {
    destination: {
      endpointType: 'AzureFunction'
      properties: { resourceId: functionId, maxEventsPerBatch: 1, preferredBatchSizeInKilobytes: 64 }
    }
    eventDeliverySchema: 'CloudEventSchemaV1_0'
    filter: {
      advancedFilters: [
        {
          // What this program says of its incidents is no alert.
          operatorType: 'StringNotBeginsWith'
          key: 'type'
          values: ['StaticIpRemediator.']
        }
      ]
    }
    retryPolicy: retryPolicy
    deadLetterDestination: deadLetters
  }
}
