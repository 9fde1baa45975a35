// Rights for all subscriptions below a management group, for an app that was deployed with rightsByManagementGroup.
using '../rights.mg.bicep'

param principalId = '77777777-7777-7777-7777-777777777777'
param resourceGroupId = '/subscriptions/11111111-1111-1111-1111-111111111111/resourceGroups/rg-static-ip-remediator'
param groups = ['read', 'guest', 'heal']
