@export()
@description('An event subscription that hands each successful write of a NIC to a function.')
func nicWritten(functionId string, deadLetters object?) object => {
  destination: {
    endpointType: 'AzureFunction'
    // One event a call: the function answers for each, and a failed one comes again alone.
    properties: { resourceId: functionId, maxEventsPerBatch: 1, preferredBatchSizeInKilobytes: 64 }
  }
  eventDeliverySchema: 'EventGridSchema'
  filter: {
    includedEventTypes: ['Microsoft.Resources.ResourceWriteSuccess']
    advancedFilters: [
      {
        // In any letter case: Event Grid compares strings so.
        operatorType: 'StringIn'
        key: 'data.operationName'
        values: ['Microsoft.Network/networkInterfaces/write']
      }
    ]
  }
  retryPolicy: retryPolicy
  deadLetterDestination: deadLetters
}

@export()
@description('A day is the longest that Event Grid tries. A late event does no harm: a run reads everything anew.')
var retryPolicy = { maxDeliveryAttempts: 30, eventTimeToLiveInMinutes: 1440 }
