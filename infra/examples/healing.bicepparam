// A whole subscription is watched; VMs of one resource group, and those with the tag, are healed.
using '../main.bicep'

param watch = ['/subscriptions/11111111-1111-1111-1111-111111111111']
param mode = 'heal'
param optedIn = ['/subscriptions/11111111-1111-1111-1111-111111111111/resourceGroups/rg-web']
param allow = ['console', 'restarts']
param consoleSecret = {
  vaultId: '/subscriptions/11111111-1111-1111-1111-111111111111/resourceGroups/rg-secrets/providers/Microsoft.KeyVault/vaults/kv-operations'
  name: 'console-login'
}
param subnetId = '/subscriptions/11111111-1111-1111-1111-111111111111/resourceGroups/rg-network/providers/Microsoft.Network/virtualNetworks/vnet-hub/subnets/snet-remediator'
param callers = ['198.51.100.0/24']
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
param extraSettings = {
  REMEDIATOR_PROBE_ROUND_MINUTES: '15'
  REMEDIATOR_SNAPSHOT_DAYS: '14'
}
