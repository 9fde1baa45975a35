metadata description = 'Lets the program heal VMs of one subscription, or of some of its resource groups: a custom role with exactly the actions that the deployment needs, and its assignment.'

targetScope = 'subscription'

@description('Object id of the program\'s identity.')
param principalId string

@description('Id of the program\'s resource group: each deployment has a role of its own.')
param resourceGroupId string

@description('Which actions, by what they are for; docs/rights.md says which a deployment needs.')
param groups ('read' | 'guest' | 'heal' | 'console' | 'nic')[] = ['read', 'guest']

@description('Names of resource groups; none: the whole subscription.')
param resourceGroups string[] = []

var allActions = loadJsonContent('role-actions.json')
var actions = flatten(map(groups, group => allActions[group]))

resource role 'Microsoft.Authorization/roleDefinitions@2022-04-01' = {
  name: guid(subscription().id, resourceGroupId)
  properties: {
    // A tenant takes a role's name once.
    roleName: 'Static IP Remediator (${uniqueString(subscription().id, resourceGroupId)})'
    description: 'Reads VMs and their networks, and heals Windows VMs with a wrong static IPv4 address.'
    type: 'CustomRole'
    assignableScopes: [subscription().id]
    permissions: [
      { actions: actions, notActions: [], dataActions: [], notDataActions: [] }
    ]
  }
}

resource assignment 'Microsoft.Authorization/roleAssignments@2022-04-01' = if (empty(resourceGroups)) {
  name: guid(subscription().id, principalId, role.id)
  properties: {
    principalId: principalId
    principalType: 'ServicePrincipal'
    roleDefinitionId: role.id
  }
}

module groupAssignments 'modules/group-right.bicep' = [
  for group in resourceGroups: {
    name: 'right-${uniqueString(group, principalId)}'
    scope: resourceGroup(group)
    params: { principalId: principalId, roleId: role.id }
  }
]
