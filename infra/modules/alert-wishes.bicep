@export()
@description('VMs whose RDP port a Connection Monitor dials from another VM, which has the Network Watcher agent. The Network Watcher is that of the dialling VM\'s region.')
@sealed()
type connectionMonitorWish = {
  sourceVmId: string
  destinationVmIds: string[]
  networkWatcherName: string
  networkWatcherResourceGroup: string

  @description('Region of the dialling VM; left out: the app\'s.')
  location: string?

  @description('RDP port; 3389.')
  port: int?
}

@export()
@description('What is alerted of beyond the rules about the remediator itself, and who is told.')
@sealed()
type alertWishes = {
  @description('Who is told by e-mail of trouble with the remediator itself, and of VMs that need a person; none: those alerts are in Azure\'s list only.')
  emails: string[]?

  @description('Id of the workspace to which the watched VMs send their Heartbeat; left out: no rule about it.')
  heartbeatWorkspaceId: string?

  @description('Region of that workspace; left out: the app\'s.')
  heartbeatLocation: string?

  @description('Minutes without Heartbeat after which a VM counts as silent; 10.')
  @minValue(5)
  @maxValue(60)
  heartbeatMinutes: int?

  @description('VMs whose RDP port is dialled; left out: no Connection Monitor, and no rule about it.')
  connectionMonitor: connectionMonitorWish?

  @description('Ids of the system topics that Azure made for the watched subscriptions: rules about failed deliveries.')
  systemTopicIds: string[]?

  @description('Minutes for which an incident may stay open; 240.')
  @minValue(60)
  mostMinutesOpen: int?

  @description('Days without any NIC write after which it is asked whether events still come: 1 or 2, which is as far back as a rule looks; 0: no such rule, where NICs are seldom written; 2.')
  @minValue(0)
  @maxValue(2)
  quietDays: int?
}

@export()
@description('Application for which Azure Monitor gets a token: its tenant, the object id of its registration (so "Action groups" in Azure\'s documentation, in the script for secure webhooks), its identifier URI.')
@sealed()
type webhookApplication = { tenantId: string, objectId: string, audience: string }
