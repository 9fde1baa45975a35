@export()
@description('Names of everything that is deployed.')
type resourceNames = {
  identity: string
  logs: string
  applicationInsights: string
  network: string
  hostStorage: string
  recordStorage: string
  deadLetterStorage: string
  scheduler: string
  eventTopic: string
  plan: string
  functionApp: string
}

@export()
@description('The same names for the same resource group of the same subscription, so that later deployments find what the first one made.')
func namesOf(subscriptionId string, resourceGroupName string) resourceNames =>
  namesWith(uniqueString(subscriptionId, resourceGroupName))

func namesWith(token string) resourceNames => {
  identity: 'id-remediator-${token}'
  logs: 'log-remediator-${token}'
  applicationInsights: 'appi-remediator-${token}'
  network: 'vnet-remediator-${token}'
  hostStorage: 'stremhost${token}'
  recordStorage: 'stremrec${token}'
  deadLetterStorage: 'stremdead${token}'
  scheduler: 'dts-remediator-${token}'
  eventTopic: 'evgt-remediator-${token}'
  plan: 'plan-remediator-${token}'
  functionApp: 'func-remediator-${token}'
}

@export()
@description('Container for events that could not be delivered.')
var deadLetterContainer = 'dead-letters'
