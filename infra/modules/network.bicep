@description('Name of the virtual network.')
param name string

param location string
param tags object

@description('Address space of the network, at least a /27: the app takes one address per instance.')
param addressPrefix string

var subnetName = 'snet-functions'

resource rules 'Microsoft.Network/networkSecurityGroups@2024-05-01' = {
  name: 'nsg-${name}'
  location: location
  tags: tags
}

resource network 'Microsoft.Network/virtualNetworks@2024-05-01' = {
  name: name
  location: location
  tags: tags
  properties: {
    addressSpace: { addressPrefixes: [addressPrefix] }
    subnets: [
      {
        name: subnetName
        properties: {
          addressPrefix: addressPrefix
          // Resource Manager is asked over the internet; new networks have no way out unless they say so.
          defaultOutboundAccess: true
          networkSecurityGroup: { id: rules.id }
          delegations: [
            {
              name: 'functions'
              properties: { serviceName: 'Microsoft.App/environments' }
            }
          ]
        }
      }
    ]
  }
}

output subnetId string = '${network.id}/subnets/${subnetName}'
