@description('Name of the rule.')
param name string
param location string
param tags object

@description('What the rule says, and what to do then.')
param text string

@description('0 is critical, 4 is verbose.')
@minValue(0)
@maxValue(4)
param severity int

@description('Id of the workspace, or of the Application Insights resource, that is asked.')
param sourceId string

@description('Gives a row for each thing that an alert may be about, with a number in the column Value.')
param query string

@description('Column with the id of what an alert is about; left out: the source itself.')
param resourceIdColumn string?

@description('Columns whose values each make an alert of their own.')
param splitBy string[] = []

@description('The rule fires where Value stands to the threshold as this says.')
param operator 'GreaterThan' | 'LessThan'
param threshold int

@description('Times as ISO 8601: how often it is asked, and about what time.')
param times { every: string, window: string, range: string }

@description('Who is told; none: the alert is in Azure\'s list only.')
param actionGroupIds string[]

resource rule 'Microsoft.Insights/scheduledQueryRules@2023-12-01' = {
  name: name
  location: location
  tags: tags
  properties: {
    displayName: name
    description: text
    severity: severity
    enabled: true
    scopes: [sourceId]
    evaluationFrequency: times.every
    windowSize: times.window
    overrideQueryTimeRange: times.range
    criteria: {
      allOf: [
        {
          query: query
          metricMeasureColumn: 'Value'
          timeAggregation: 'Maximum'
          resourceIdColumn: resourceIdColumn
          dimensions: map(splitBy, column => { name: column, operator: 'Include', values: ['*'] })
          operator: operator
          threshold: threshold
          failingPeriods: { numberOfEvaluationPeriods: 1, minFailingPeriodsToAlert: 1 }
        }
      ]
    }
    autoMitigate: true
    actions: { actionGroups: actionGroupIds }
  }
}
