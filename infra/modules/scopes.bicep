@export()
@description('What is watched in one subscription; no resource groups: all of it.')
type watchedSubscription = {
  subscriptionId: string
  resourceGroups: string[]
}

@export()
@description('Sorts ids of subscriptions and resource groups by their subscription. A subscription named as a whole makes its resource groups needless.')
func subscriptionsOf(scopes string[]) watchedSubscription[] =>
  map(distinct(map(scopes, scope => subscriptionOf(scope))), id => {
    subscriptionId: id
    resourceGroups: contains(lowerAll(scopes), '/subscriptions/${id}') ? [] : groupsOf(scopes, id)
  })

func groupsOf(scopes string[], subscriptionId string) string[] =>
  distinct(map(
    filter(lowerAll(scopes), scope => startsWith(scope, '/subscriptions/${subscriptionId}/resourcegroups/')),
    scope => split(scope, '/')[4]
  ))

func subscriptionOf(scope string) string => split(toLower(scope), '/')[2]

func lowerAll(values string[]) string[] => map(values, value => toLower(value))

// A union of two arrays leaves out what is there twice.
func distinct(values string[]) string[] => union(values, [])
