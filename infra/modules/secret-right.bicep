param vaultName string
param secretName string

@description('The program\'s identity, which reads this one secret.')
param identity { id: string, principalId: string }

// "Key Vault Secrets User" of Azure's built-in roles.
var secretsUser = subscriptionResourceId(
  'Microsoft.Authorization/roleDefinitions',
  '4633458b-17de-408a-b874-0445c86b69e6'
)

resource vault 'Microsoft.KeyVault/vaults@2023-07-01' existing = {
  name: vaultName

  resource secret 'secrets' existing = {
    name: secretName
  }
}

resource mayRead 'Microsoft.Authorization/roleAssignments@2022-04-01' = {
  name: guid(vault::secret.id, identity.principalId, secretsUser)
  scope: vault::secret
  properties: {
    principalId: identity.principalId
    principalType: 'ServicePrincipal'
    roleDefinitionId: secretsUser
  }
}
