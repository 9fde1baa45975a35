// What comes after the code of many-subscriptions.bicepparam.
using '../events.bicep'

param watch = [
  '/subscriptions/11111111-1111-1111-1111-111111111111'
  '/subscriptions/22222222-2222-2222-2222-222222222222'
  '/subscriptions/33333333-3333-3333-3333-333333333333/resourceGroups/rg-desktops'
  '/subscriptions/33333333-3333-3333-3333-333333333333/resourceGroups/rg-jump-hosts'
]
param eventTopic = true
