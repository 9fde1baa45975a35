@export()
@description('What is watched in one subscription; no resource groups: all of it.')
type watchedSubscription = {
  subscriptionId: string
  resourceGroups: string[]
}

@export()
@description('Sorts ids of subscriptions and resource groups by their subscription. A subscription named as a whole makes its resource groups needless. Anything else fails the deployment: taken for its subscription, it would widen the rights.')
func subscriptionsOf(scopes string[]) watchedSubscription[] =>
  subscriptionsIn(map(scopes, scope => readable(toLower(trim(scope)))))

func readable(scope string) string =>
  isScope(split(scope, '/')) ? scope : fail('watch: "${scope}" is no id of a subscription or resource group.')

func isScope(parts string[]) bool =>
  join(take(parts, 2), '/') == '/subscriptions' && length(parts[?2] ?? '') == 36 && (length(parts) == 3 || (length(parts) == 5 && parts[?3] == 'resourcegroups' && !empty(parts[?4])))

func subscriptionsIn(scopes string[]) watchedSubscription[] =>
  map(distinct(map(scopes, scope => subscriptionOf(scope))), id => {
    subscriptionId: id
    resourceGroups: contains(scopes, '/subscriptions/${id}') ? [] : groupsOf(scopes, id)
  })

func groupsOf(scopes string[], subscriptionId string) string[] =>
  distinct(map(
    filter(scopes, scope => startsWith(scope, '/subscriptions/${subscriptionId}/resourcegroups/')),
    scope => split(scope, '/')[4]
  ))

func subscriptionOf(scope string) string => split(scope, '/')[2]

// A union of two arrays leaves out what is there twice.
func distinct(values string[]) string[] => union(values, [])
