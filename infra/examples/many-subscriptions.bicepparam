// Three subscriptions with the Durable Task Scheduler, Entra tokens and lifecycle events; still observing.
using '../main.bicep'

param watch = [
  '/subscriptions/11111111-1111-1111-1111-111111111111'
  '/subscriptions/22222222-2222-2222-2222-222222222222'
  '/subscriptions/33333333-3333-3333-3333-333333333333/resourceGroups/rg-desktops'
  '/subscriptions/33333333-3333-3333-3333-333333333333/resourceGroups/rg-jump-hosts'
]
param durableBackend = 'scheduler'
param storageRedundancy = 'Standard_ZRS'
param eventTopic = true
param entra = {
  tenantId: '99999999-9999-9999-9999-999999999999'
  clientId: '88888888-8888-8888-8888-888888888888'
  objectId: '66666666-6666-6666-6666-666666666666'
}
param alerts = {
  emails: ['cloud-operations@example.org', 'desktops@example.org']
  systemTopicIds: [
    '/subscriptions/22222222-2222-2222-2222-222222222222/resourceGroups/rg-events/providers/Microsoft.EventGrid/systemTopics/evgst-subscription'
  ]
  quietDays: 1
}
param tags = { owner: 'cloud-operations' }
