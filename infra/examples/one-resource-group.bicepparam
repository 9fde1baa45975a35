// One resource group, observe only: reads and reports, changes nothing.
using '../main.bicep'

param watch = ['/subscriptions/11111111-1111-1111-1111-111111111111/resourceGroups/rg-web']
