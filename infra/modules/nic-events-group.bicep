import { nicWritten } from 'nic-events.bicep'

param name string
param functionId string
param deadLetters object?

resource nicEvents 'Microsoft.EventGrid/eventSubscriptions@2025-02-15' = {
  name: name
  properties: nicWritten(functionId, deadLetters)
}
