metadata description = 'Lets the program heal VMs of all subscriptions below a management group. A deployment of its own: az deployment mg create.'

targetScope = 'managementGroup'

@description('Object id of the program\'s identity.')
param principalId string

@description('Id of the program\'s resource group: each deployment has a role of its own.')
param resourceGroupId string

@description('Which actions, by what they are for; docs/rights.md says which a deployment needs.')
param groups ('read' | 'guest' | 'heal' | 'console' | 'nic')[] = ['read', 'guest']

var allActions = loadJsonContent('role-actions.json')
var actions = flatten(map(groups, group => allActions[group]))

resource role 'Microsoft.Authorization/roleDefinitions@2022-04-01' = {
  name: guid(managementGroup().id, resourceGroupId)
  properties: {
    // A tenant takes a role's name once.
    roleName: 'Static IP Remediator (${uniqueString(managementGroup().id, resourceGroupId)})'
    description: 'Reads VMs and their networks, and heals Windows VMs with a wrong static IPv4 address.'
    type: 'CustomRole'
    assignableScopes: [managementGroup().id]
    permissions: [
      { actions: actions, notActions: [], dataActions: [], notDataActions: [] }
    ]
  }
}

resource assignment 'Microsoft.Authorization/roleAssignments@2022-04-01' = {
  name: guid(managementGroup().id, principalId, role.id)
  properties: {
    principalId: principalId
    principalType: 'ServicePrincipal'
    roleDefinitionId: role.id
  }
}
