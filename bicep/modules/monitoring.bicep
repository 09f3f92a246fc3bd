// Logs of the machines go to Log Analytics, metrics by way of a collector on each machine to an Azure Monitor workspace;
// whoever writes signs in with Entra.
metadata description = 'Logs, metrics and the budget.'

param name string
param location string

@description('Object ids of the identities that write metrics.')
param principalIds string[]

@description('What the resource group may cost a month, in the currency of the subscription.')
@minValue(1)
param monthlyBudget int

@description('Who is told when it will be exceeded.')
param budgetEmails string[]

@description('The first month of the budget, yyyy-MM-01.')
param budgetStart string

var monitoringMetricsPublisher = '3913510d-42f4-4e42-8a64-420c390055eb'

resource logs 'Microsoft.OperationalInsights/workspaces@2025-02-01' = {
  name: '${name}-logs'
  location: location
  properties: {
    sku: { name: 'PerGB2018' }
    retentionInDays: 30
    features: { disableLocalAuth: true }
  }
}

resource metrics 'Microsoft.Monitor/accounts@2025-10-03' = {
  name: '${name}-metrics'
  location: location
}

resource ingestion 'Microsoft.Insights/dataCollectionEndpoints@2024-03-11' = {
  name: '${name}-ingestion'
  location: location
  kind: 'Linux'
  properties: {}
}

resource metricsRule 'Microsoft.Insights/dataCollectionRules@2024-03-11' = {
  name: '${name}-metrics'
  location: location
  kind: 'Linux'
  properties: {
    dataCollectionEndpointId: ingestion.id
    dataSources: {
      prometheusForwarder: [
        {
          name: 'metrics'
          streams: ['Microsoft-PrometheusMetrics']
        }
      ]
    }
    destinations: {
      monitoringAccounts: [
        {
          name: 'metrics'
          accountResourceId: metrics.id
        }
      ]
    }
    dataFlows: [
      {
        streams: ['Microsoft-PrometheusMetrics']
        destinations: ['metrics']
      }
    ]
  }
}

resource writesMetrics 'Microsoft.Authorization/roleAssignments@2022-04-01' = [
  for (principalId, i) in principalIds: {
    name: guid(metricsRule.id, string(i), monitoringMetricsPublisher)
    scope: metricsRule
    properties: {
      principalId: principalId
      principalType: 'ServicePrincipal'
      roleDefinitionId: subscriptionResourceId('Microsoft.Authorization/roleDefinitions', monitoringMetricsPublisher)
    }
  }
]

resource logsRule 'Microsoft.Insights/dataCollectionRules@2024-03-11' = {
  name: '${name}-logs'
  location: location
  kind: 'Linux'
  properties: {
    dataSources: {
      syslog: [
        {
          name: 'silos'
          streams: ['Microsoft-Syslog']
          facilityNames: ['daemon', 'syslog']
          logLevels: ['Info', 'Notice', 'Warning', 'Error', 'Critical', 'Alert', 'Emergency']
        }
      ]
    }
    destinations: {
      logAnalytics: [
        {
          name: 'logs'
          workspaceResourceId: logs.id
        }
      ]
    }
    dataFlows: [
      {
        streams: ['Microsoft-Syslog']
        destinations: ['logs']
      }
    ]
  }
}

resource budget 'Microsoft.Consumption/budgets@2026-06-01' = {
  name: name
  properties: {
    category: 'Cost'
    amount: monthlyBudget
    timeGrain: 'Monthly'
    timePeriod: { startDate: budgetStart }
    notifications: {
      mostIsSpent: {
        enabled: true
        operator: 'GreaterThanOrEqualTo'
        threshold: 80
        thresholdType: 'Actual'
        contactEmails: budgetEmails
      }
      willBeExceeded: {
        enabled: true
        operator: 'GreaterThan'
        threshold: 100
        thresholdType: 'Forecasted'
        contactEmails: budgetEmails
      }
    }
  }
}

output logsWorkspaceId string = logs.id
output logsRuleId string = logsRule.id

@description('Where metrics are written, in the way of Prometheus\' remote write.')
output metricsUrl string = '${ingestion.properties.metricsIngestion.endpoint}/dataCollectionRules/${metricsRule.properties.immutableId}/streams/Microsoft-PrometheusMetrics/api/v1/write?api-version=2023-04-24'
