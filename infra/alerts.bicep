metadata description = 'What somebody should look at. docs/operations.md says for each what it means and what to do.'

param name string
param location string
param tags object
param applicationInsightsId string
param readyUrl string
param email string

// From three places, so that one of them having trouble of its own wakes nobody.
var probeLocations = ['emea-nl-ams-azr', 'us-va-ash-azr', 'apac-sg-sin-azr']

var actionGroupIds = empty(email) ? [] : [actionGroup.id]

// Readings of logs. A query gives rows only when there is something to report.
var queries = [
  {
    name: 'rejected-insights'
    title: 'FFC: insights were refused'
    description: 'The FFC server refused insights for good; they are kept in ffc-insights-rejected.'
    severity: 2
    query: '''
      customMetrics
      | where name == "ffc.insights.rejected"
      | summarize Rejected = sum(valueSum)
      | where Rejected > 0
    '''
  }
  {
    name: 'lost-insights'
    title: 'FFC: insights are lost'
    description: 'Neither the FFC server nor the outbox took insights.'
    severity: 2
    query: '''
      customMetrics
      | where name == "ffc.insights.lost"
      | summarize Lost = sum(valueSum)
      | where Lost > 0
    '''
  }
  {
    name: 'server-errors'
    title: 'FFC: answers with 5xx'
    description: 'Callers got an answer of 5xx, or a function ended in an exception. The readiness probe is not counted.'
    severity: 1
    query: '''
      requests
      | where name != "Ready" and url !has "/health/ready"
      | where toint(resultCode) between (500 .. 599) or (success == false and toint(resultCode) == 0)
      | summarize Failed = sum(itemCount)
      | where Failed > 0
    '''
  }
]

resource actionGroup 'Microsoft.Insights/actionGroups@2023-01-01' = if (!empty(email)) {
  name: 'ag-${name}'
  location: 'global'
  tags: tags
  properties: {
    groupShortName: take('ffc-${name}', 12)
    enabled: true
    emailReceivers: [
      {
        name: 'operators'
        emailAddress: email
        useCommonAlertSchema: true
      }
    ]
  }
}

// Asked from outside, over the way that callers take. Needs no key: the route is anonymous.
resource probe 'Microsoft.Insights/webtests@2022-06-15' = {
  name: 'ready-${name}'
  location: location
  // The portal shows the test beside the component that this tag names.
  tags: union(tags, { 'hidden-link:${applicationInsightsId}': 'Resource' })
  kind: 'standard'
  properties: {
    Name: 'ready-${name}'
    SyntheticMonitorId: 'ready-${name}'
    Description: 'Whether the function app has flags to answer with.'
    Kind: 'standard'
    Enabled: true
    Frequency: 300
    Timeout: 30
    RetryEnabled: true
    Locations: [for location in probeLocations: { Id: location }]
    Request: {
      RequestUrl: readyUrl
      HttpVerb: 'GET'
      ParseDependentRequests: false
    }
    ValidationRules: {
      ExpectedHttpStatusCode: 200
      SSLCheck: true
      SSLCertRemainingLifetimeCheck: 7
    }
  }
}

resource notReady 'Microsoft.Insights/metricAlerts@2018-03-01' = {
  name: 'not-ready-${name}'
  location: 'global'
  tags: tags
  properties: {
    description: 'GET /api/health/ready did not answer 200 from two places or more: the app has no flags to answer with, or is down.'
    severity: 1
    enabled: true
    autoMitigate: true
    scopes: [probe.id, applicationInsightsId]
    evaluationFrequency: 'PT1M'
    windowSize: 'PT5M'
    criteria: {
      'odata.type': 'Microsoft.Azure.Monitor.WebtestLocationAvailabilityCriteria'
      webTestId: probe.id
      componentId: applicationInsightsId
      failedLocationCount: 2
    }
    actions: [for id in actionGroupIds: { actionGroupId: id }]
  }
}

resource logAlerts 'Microsoft.Insights/scheduledQueryRules@2023-12-01' = [
  for alert in queries: {
    name: '${alert.name}-${name}'
    location: location
    tags: tags
    kind: 'LogAlert'
    properties: {
      displayName: alert.title
      description: alert.description
      severity: alert.severity
      enabled: true
      autoMitigate: true
      scopes: [applicationInsightsId]
      evaluationFrequency: 'PT5M'
      windowSize: 'PT5M'
      // On a first deployment there is no telemetry yet to check the query against.
      skipQueryValidation: true
      criteria: {
        allOf: [
          {
            query: alert.query
            timeAggregation: 'Count'
            operator: 'GreaterThan'
            threshold: 0
            failingPeriods: { numberOfEvaluationPeriods: 1, minFailingPeriodsToAlert: 1 }
          }
        ]
      }
      actions: { actionGroups: actionGroupIds }
    }
  }
]
