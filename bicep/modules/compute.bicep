// Two pools: a small one that is always there holds jobs and supervisors, a large one, of spot machines where that is
// wanted, holds time-nodes alone and may lose any of them.
metadata description = 'The machines of the silos.'

import { identity } from 'identity.bicep'

param name string
param location string
param zones string[]
param controlSubnetId string
param computeSubnetId string
param control identity
param compute identity

param controlVmSize string
param controlCount int
param computeVmSize string
param computeGpus int
param computeStart int
param computeLeast int
param computeMost int
param computeIsSpot bool
param computeMaxPrice string

@description('Mean requests that wait for a device of a machine, above which another machine is started.')
param queuedMost int

param sshPublicKey string
param logsRuleId string
param controlSettings object
param computeSettings object

var monitoringMetricsPublisher = '3913510d-42f4-4e42-8a64-420c390055eb'

module controlPool 'scale-set.bicep' = {
  params: {
    name: '${name}-control'
    location: location
    zones: zones
    subnetId: controlSubnetId
    self: control
    role: 'control'
    vmSize: controlVmSize
    gpus: 0
    count: controlCount
    isSpot: false
    maxPrice: '-1'
    sshPublicKey: sshPublicKey
    logsRuleId: logsRuleId
    settings: controlSettings
  }
}

module computePool 'scale-set.bicep' = {
  params: {
    name: '${name}-compute'
    location: location
    zones: zones
    subnetId: computeSubnetId
    self: compute
    role: 'compute'
    vmSize: computeVmSize
    gpus: computeGpus
    count: computeStart
    isSpot: computeIsSpot
    maxPrice: computeMaxPrice
    sshPublicKey: sshPublicKey
    logsRuleId: logsRuleId
    settings: computeSettings
  }
}

resource computeMachines 'Microsoft.Compute/virtualMachineScaleSets@2025-04-01' existing = {
  name: '${name}-compute'
}

// The machines write the metric that they are scaled by: see machine/report-queue.sh.
resource writesQueue 'Microsoft.Authorization/roleAssignments@2022-04-01' = {
  name: guid(computeMachines.id, 'compute', monitoringMetricsPublisher)
  scope: computeMachines
  properties: {
    principalId: compute.principalId
    principalType: 'ServicePrincipal'
    roleDefinitionId: subscriptionResourceId('Microsoft.Authorization/roleDefinitions', monitoringMetricsPublisher)
  }
  dependsOn: [computePool]
}

var queued = {
  metricNamespace: 'odiff'
  metricName: 'queued'
  metricResourceUri: computeMachines.id
  statistic: 'Average'
  timeAggregation: 'Average'
  timeGrain: 'PT1M'
  timeWindow: 'PT5M'
}

resource scaling 'Microsoft.Insights/autoscaleSettings@2022-10-01' = {
  name: '${name}-compute'
  location: location
  properties: {
    enabled: true
    targetResourceUri: computeMachines.id
    profiles: [
      {
        name: 'queue'
        capacity: {
          minimum: string(computeLeast)
          maximum: string(computeMost)
          default: string(computeLeast)
        }
        rules: [
          {
            metricTrigger: union(queued, {
              operator: 'GreaterThan'
              threshold: queuedMost
            })
            scaleAction: {
              direction: 'Increase'
              type: 'ChangeCount'
              value: '1'
              cooldown: 'PT5M'
            }
          }
          {
            metricTrigger: union(queued, {
              operator: 'LessThan'
              threshold: 1
              timeWindow: 'PT15M'
            })
            scaleAction: {
              direction: 'Decrease'
              type: 'ChangeCount'
              value: '1'
              cooldown: 'PT15M'
            }
          }
        ]
      }
    ]
  }
  dependsOn: [computePool]
}

output controlMachines string = controlPool.outputs.name
output computeMachines string = computePool.outputs.name
