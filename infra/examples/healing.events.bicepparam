// What comes after the code of healing.bicepparam.
using '../events.bicep'

param watch = ['/subscriptions/11111111-1111-1111-1111-111111111111']
param alerts = {
  emails: ['cloud-operations@example.org']
  heartbeatWorkspaceId: '/subscriptions/11111111-1111-1111-1111-111111111111/resourceGroups/rg-monitoring/providers/Microsoft.OperationalInsights/workspaces/log-vms'
  connectionMonitor: {
    sourceVmId: '/subscriptions/11111111-1111-1111-1111-111111111111/resourceGroups/rg-network/providers/Microsoft.Compute/virtualMachines/vm-prober'
    destinationVmIds: [
      '/subscriptions/11111111-1111-1111-1111-111111111111/resourceGroups/rg-web/providers/Microsoft.Compute/virtualMachines/vm-web-01'
      '/subscriptions/11111111-1111-1111-1111-111111111111/resourceGroups/rg-web/providers/Microsoft.Compute/virtualMachines/vm-web-02'
    ]
    networkWatcherName: 'NetworkWatcher_westeurope'
    networkWatcherResourceGroup: 'NetworkWatcherRG'
  }
}
