metadata description = 'Alerts for operators. docs/operations.md explains each alert and the steps to take.'

param name string
param location string
param tags object
param applicationInsightsId string
param readyUrl string
param email string

// Three locations, so that a local problem of one of them does not fire the alert.
var probeLocations = ['emea-nl-ams-azr', 'us-va-ash-azr', 'apac-sg-sin-azr']

var actionGroupIds = empty(email) ? [] : [actionGroup.id]

// Alerts on logs and metrics. A query returns rows only if there is something to report.
var queries = [
  {
    name: 'stream-refused'
    title: 'FFC: the server refuses the stream'
    description: 'The FFC server refuses the stream of flag data. Flags do not change until the cause is removed.'
    severity: 2
    // Longer than the time between two attempts of a refused client, which is at most 6 minutes.
    window: 'PT15M'
    query: '''
      customMetrics
      | where name == "ffc.sync.refusals"
      | summarize Refused = sum(valueSum)
      | where Refused > 0
    '''
  }
  {
    name: 'stale-flags'
    title: 'FFC: flags are not updated'
    description: 'An instance has evaluated flags without a stream for more than 15 minutes.'
    severity: 2
    window: 'PT5M'
    query: '''
      customMetrics
      | where name == "ffc.data.age"
      | summarize AgeSeconds = max(valueMax)
      | where AgeSeconds > 900
    '''
  }
  {
    name: 'insights-refused'
    title: 'FFC: the server refuses insights'
    description: 'The FFC server refuses the secret for insights (401 or 403). Insights stay in the outbox.'
    severity: 2
    window: 'PT5M'
    query: '''
      customMetrics
      | where name == "ffc.insights.refused"
      | summarize Refused = max(valueMax)
      | where Refused > 0
    '''
  }
  {
    name: 'outbox-not-drained'
    title: 'FFC: insights stay in the outbox'
    description: 'For 30 minutes, the outbox had more than 100 batches or could not be read.'
    severity: 2
    window: 'PT30M'
    query: '''
      customMetrics
      | where name in ("ffc.insights.outbox.batches", "ffc.insights.outbox.unusable")
      | summarize Least = min(valueMin) by name
      | where Least > iff(name == "ffc.insights.outbox.batches", 100, 0)
    '''
  }
  {
    name: 'rejected-insights'
    title: 'FFC: insights were rejected'
    description: 'The FFC server rejected insights permanently. They are stored in ffc-insights-rejected.'
    severity: 2
    window: 'PT5M'
    query: '''
      customMetrics
      | where name == "ffc.insights.rejected"
      | summarize Rejected = sum(valueSum)
      | where Rejected > 0
    '''
  }
  {
    name: 'lost-insights'
    title: 'FFC: insights were lost'
    description: 'Neither the FFC server nor the outbox accepted insights.'
    severity: 2
    window: 'PT5M'
    query: '''
      customMetrics
      | where name == "ffc.insights.lost"
      | summarize Lost = sum(valueSum)
      | where Lost > 0
    '''
  }
  {
    name: 'server-errors'
    title: 'FFC: 5xx responses'
    description: 'Callers got a 5xx response, or a timer function failed. The readiness probe is not counted.'
    severity: 1
    window: 'PT5M'
    // A call is two rows: the host's, with URL and status, and the app's row Invoke, which has the result code 0. A caller that
    // disconnects gives 499 in the first and no success in the second. An Invoke row without the host's row is a timer.
    query: '''
      let calls = requests | where isnotempty(url) | distinct operation_Id;
      requests
      | where toint(resultCode) between (500 .. 599) and url !has "/health/ready"
          or name == "Invoke" and success == false and operation_Id !in (calls)
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

// The test uses the same public route as callers. It needs no key, because the route is anonymous.
resource probe 'Microsoft.Insights/webtests@2022-06-15' = {
  name: 'ready-${name}'
  location: location
  // With this tag, the portal shows the test together with the Application Insights component.
  tags: union(tags, { 'hidden-link:${applicationInsightsId}': 'Resource' })
  kind: 'standard'
  properties: {
    Name: 'ready-${name}'
    SyntheticMonitorId: 'ready-${name}'
    Description: 'Checks that the function app has flags.'
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
    description: 'GET /api/health/ready did not return 200 in two or more locations: the app has no flags or is down.'
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
      windowSize: alert.window
      // On a first deployment, there is no telemetry to validate the query against.
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
