@description('Network Watcher of the source\'s region, in the resource group of this module.')
param networkWatcherName string

param name string
param location string
param tags object

@description('VM with the Network Watcher agent, from which RDP is dialled.')
param sourceVmId string

@description('VMs that are dialled.')
param destinationVmIds string[]

param port int

resource networkWatcher 'Microsoft.Network/networkWatchers@2024-05-01' existing = {
  name: networkWatcherName
}

resource connectionMonitor 'Microsoft.Network/networkWatchers/connectionMonitors@2024-05-01' = {
  parent: networkWatcher
  name: name
  location: location
  tags: tags
  properties: {
    endpoints: concat(
      [{ name: 'source', type: 'AzureVM', resourceId: sourceVmId }],
      map(range(0, length(destinationVmIds)), i => {
        name: 'vm-${i}'
        type: 'AzureVM'
        resourceId: destinationVmIds[i]
      })
    )
    testConfigurations: [
      {
        name: 'rdp'
        protocol: 'Tcp'
        testFrequencySec: 30
        tcpConfiguration: { port: port, disableTraceRoute: true }
      }
    ]
    testGroups: [
      {
        name: 'rdp'
        sources: ['source']
        destinations: map(range(0, length(destinationVmIds)), i => 'vm-${i}')
        testConfigurations: ['rdp']
        disable: false
      }
    ]
  }
}

output id string = connectionMonitor.id
