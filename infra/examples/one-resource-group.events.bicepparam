// What comes after the code of one-resource-group.bicepparam.
using '../events.bicep'

param watch = ['/subscriptions/11111111-1111-1111-1111-111111111111/resourceGroups/rg-web']
