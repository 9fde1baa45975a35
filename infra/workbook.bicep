metadata description = 'A workbook on what the remediator did: incidents by outcome, time to heal, remedies, refusals, signals.'

param name string
param location string
param tags object

@description('Id of the Application Insights resource to which the remediator sends its telemetry.')
param applicationInsightsId string

var day = 86400000

var charts = [
  {
    title: 'Incidents by outcome'
    visualization: 'barchart'
    query: '''
      customMetrics
      | where name == "remediator.incidents"
      | summarize Incidents = sum(valueSum) by Outcome = tostring(customDimensions["outcome"]), bin(timestamp, 1d)
    '''
  }
  {
    title: 'Time to heal, in seconds, by remedy'
    visualization: 'table'
    query: '''
      requests
      | where name == "incident" and customDimensions["remediator.outcome"] == "healed"
      | extend Seconds = todouble(customDimensions["remediator.time_to_heal"])
      | summarize Heals = count(), Median = percentile(Seconds, 50), P95 = percentile(Seconds, 95), Longest = max(Seconds)
          by Remedy = tostring(customDimensions["remediator.code"])
      | order by Heals desc
    '''
  }
  {
    title: 'Remedies, and what became of them'
    visualization: 'table'
    query: '''
      customMetrics
      | where name == "remediator.remedies"
      | summarize Changes = sum(valueSum)
          by Remedy = tostring(customDimensions["remedy"]), State = tostring(customDimensions["state"])
      | order by Changes desc
    '''
  }
  {
    title: 'Refusals by reason'
    visualization: 'table'
    query: '''
      customMetrics
      | where name == "remediator.incidents" and customDimensions["outcome"] == "refused"
      | summarize Refusals = sum(valueSum)
          by Reason = tostring(customDimensions["code"]), Mode = tostring(customDimensions["mode"])
      | order by Refusals desc
    '''
  }
  {
    title: 'Duration of each step, in seconds'
    visualization: 'table'
    query: '''
      customMetrics
      | where name == "remediator.step.duration"
      | summarize Times = sum(valueCount), Average = round(sum(valueSum) / sum(valueCount), 1), Longest = max(valueMax)
          by Step = tostring(customDimensions["step"]), Result = tostring(customDimensions["result"])
      | order by Average desc
    '''
  }
  {
    title: 'Signals by source, and what became of them'
    visualization: 'table'
    query: '''
      customMetrics
      | where name == "remediator.signals"
      | summarize Signals = sum(valueSum)
          by Source = tostring(customDimensions["source"]), State = tostring(customDimensions["state"]), Reason = tostring(customDimensions["reason"])
      | order by Signals desc
    '''
  }
  {
    title: 'Open incidents'
    visualization: 'timechart'
    query: '''
      customMetrics
      | where name == "remediator.incidents.open"
      | summarize Open = max(valueMax) by bin(timestamp, 5m)
    '''
  }
  {
    title: 'Newest incidents'
    visualization: 'table'
    query: '''
      requests
      | where name == "incident"
      | project timestamp, Incident = tostring(customDimensions["remediator.incident.id"]), VM = tostring(customDimensions["remediator.vm.id"]),
          Outcome = tostring(customDimensions["remediator.outcome"]), Code = tostring(customDimensions["remediator.code"]), Seconds = round(duration / 1000)
      | top 100 by timestamp desc
    '''
  }
]

var timeRange = {
  type: 9
  name: 'time range'
  content: {
    version: 'KqlParameterItem/1.0'
    style: 'pills'
    parameters: [
      {
        version: 'KqlParameterItem/1.0'
        name: 'range'
        label: 'Time range'
        type: 4
        isRequired: true
        value: { durationMs: 30 * day }
        typeSettings: {
          selectableValues: [
            { durationMs: day }
            { durationMs: 7 * day }
            { durationMs: 30 * day }
            { durationMs: 90 * day }
          ]
        }
      }
    ]
  }
}

resource workbook 'Microsoft.Insights/workbooks@2023-06-01' = {
  name: guid(resourceGroup().id, name)
  location: location
  tags: tags
  kind: 'shared'
  properties: {
    displayName: name
    category: 'workbook'
    sourceId: applicationInsightsId
    version: '1.0'
    serializedData: string({
      version: 'Notebook/1.0'
      items: concat(
        [timeRange],
        map(charts, chart => {
          type: 3
          name: chart.title
          content: {
            version: 'KqlItem/1.0'
            title: chart.title
            query: chart.query
            visualization: chart.visualization
            size: 0
            queryType: 0
            resourceType: 'microsoft.insights/components'
            timeContextFromParameter: 'range'
          }
        })
      )
      fallbackResourceIds: [applicationInsightsId]
    })
  }
}
