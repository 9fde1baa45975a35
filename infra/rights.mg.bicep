metadata description = 'Lets the program heal VMs of all subscriptions below a management group. A deployment of its own: az deployment mg create.'

targetScope = 'managementGroup'

@description('Object id of the program\'s identity.')
param principalId string

var actions = loadJsonContent('role-actions.json').actions

resource role 'Microsoft.Authorization/roleDefinitions@2022-04-01' = {
  name: guid(managementGroup().id, 'static-ip-remediator')
  properties: {
    // A tenant takes a role's name once.
    roleName: 'Static IP Remediator (${managementGroup().name})'
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
