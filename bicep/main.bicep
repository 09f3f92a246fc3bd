// A grid of OrleansDiffusion: see README.md. Deployed into a resource group of its own by scripts/deploy.sh.
metadata description = 'A grid of OrleansDiffusion on Azure.'

@description('The first part of all names, of lower-case letters and digits.')
@minLength(3)
@maxLength(9)
param name string = 'odiff'

param location string = resourceGroup().location

@description('Availability zones of the machines; none where a region or a size has none.')
param zones string[] = ['1', '2', '3']

@description('Tag of the images that are run, odiff and odiff-cuda.')
param version string

@description('Whether silos and the gateway are deployed. They need their images, and those the registry.')
param isComplete bool = true

@description('Name of the cluster: silos of one name find each other.')
param cluster string = 'odiff'

@description('Machines of jobs and supervisors, always there; two, so that either may go.')
@minValue(1)
param controlCount int = 2

param controlVmSize string = 'Standard_D4as_v5'

@description('Machines of time-nodes: A100 and H100 with 1, 2 or 4 GPUs, or no GPU at all.')
@allowed([
  'Standard_NC24ads_A100_v4'
  'Standard_NC48ads_A100_v4'
  'Standard_NC96ads_A100_v4'
  'Standard_NC40ads_H100_v5'
  'Standard_NC80adis_H100_v5'
  'Standard_D4as_v5'
  'Standard_D16as_v5'
])
param computeVmSize string

@description('Machines of time-nodes at least; one at least, as they write the metric that they are scaled by.')
@minValue(1)
param computeLeast int

@minValue(1)
param computeMost int

@description('Machines of time-nodes at first: those that there are, where a grid is deployed again.')
param computeStart int = computeLeast

@description('Whether they are spot machines, which may be taken away: a job goes on without them.')
param computeIsSpot bool

@description('The most that an hour of one may cost; -1: as much as a machine that stays.')
param computeMaxPrice string = '-1'

@description('Mean requests that wait for a device of a machine, above which another machine is started.')
@minValue(2)
param queuedMost int = 8

@description('Copies of jobs, samples and models: within a zone, or across three.')
@allowed(['Standard_LRS', 'Standard_ZRS'])
param storageRedundancy string = 'Standard_ZRS'

@allowed(['Balanced_B0', 'Balanced_B1', 'Balanced_B3', 'Balanced_B5'])
param redisSize string = 'Balanced_B1'

@description('Whether Redis has a second node that takes over.')
param redisIsReplicated bool = true

@description('Replicas of the gateway at least.')
@minValue(1)
param gatewayLeast int = 2

@description('Who may call the HTTP API: an address range, or Internet.')
param callers string = 'Internet'

@description('The keys that callers must have, separated by commas, of 16 characters or more.')
@minLength(16)
@secure()
param gatewayApiKeys string

@description('Key of whoever signs in to a machine, which is possible within the virtual network alone.')
param sshPublicKey string

@description('People who put models into the catalogue, by their object ids in Entra.')
param operatorPrincipalIds string[] = []

@description('Address ranges outside the virtual network that reach storage and the registry; none: both are within alone.')
param operatorAddresses string[] = []

@description('What the resource group may cost a month, in the currency of the subscription.')
@minValue(1)
param monthlyBudget int

@description('Who is told when it will be exceeded.')
@minLength(1)
param budgetEmails string[]

@description('The first month of the budget, which cannot be changed.')
param budgetStart string = utcNow('yyyy-MM-01')

var gpus = {
  Standard_NC24ads_A100_v4: 1
  Standard_NC48ads_A100_v4: 2
  Standard_NC96ads_A100_v4: 4
  Standard_NC40ads_H100_v5: 1
  Standard_NC80adis_H100_v5: 2
  Standard_D4as_v5: 0
  Standard_D16as_v5: 0
}
var computeGpus = gpus[computeVmSize]
var computeSilos = max(1, computeGpus) // of a machine

// The first silo of a machine has these, the others those after them.
var siloPort = 11111
var clientPort = 30000
var gatewayPort = 8080
var redisPort = 10000
var siloPorts = computeSilos == 1 ? string(siloPort) : '${siloPort}-${siloPort + computeSilos - 1}'
var clientPorts = computeSilos == 1 ? string(clientPort) : '${clientPort}-${clientPort + computeSilos - 1}'

var unique = uniqueString(resourceGroup().id)
var globalName = '${name}${unique}'

module identity 'modules/identity.bicep' = {
  params: {
    name: name
    location: location
  }
}

module network 'modules/network.bicep' = {
  params: {
    name: name
    location: location
    siloPorts: siloPorts
    clientPorts: clientPorts
    redisPort: redisPort
    callers: callers
  }
}

module storage 'modules/storage.bicep' = {
  params: {
    name: globalName
    location: location
    networkId: network.outputs.networkId
    endpointSubnetId: network.outputs.endpointSubnetId
    controlPrincipalId: identity.outputs.control.principalId
    computePrincipalId: identity.outputs.compute.principalId
    operatorPrincipalIds: operatorPrincipalIds
    operatorAddresses: operatorAddresses
    redundancy: storageRedundancy
  }
}

module redis 'modules/redis.bicep' = {
  params: {
    name: globalName
    location: location
    networkId: network.outputs.networkId
    endpointSubnetId: network.outputs.endpointSubnetId
    principalIds: [
      identity.outputs.control.principalId
      identity.outputs.compute.principalId
      identity.outputs.gateway.principalId
    ]
    size: redisSize
    isReplicated: redisIsReplicated
    port: redisPort
  }
}

module registry 'modules/registry.bicep' = {
  params: {
    name: globalName
    location: location
    networkId: network.outputs.networkId
    endpointSubnetId: network.outputs.endpointSubnetId
    principalIds: [
      identity.outputs.control.principalId
      identity.outputs.compute.principalId
      identity.outputs.gateway.principalId
    ]
    operatorAddresses: operatorAddresses
  }
}

module monitoring 'modules/monitoring.bicep' = {
  params: {
    name: name
    location: location
    principalIds: [
      identity.outputs.control.principalId
      identity.outputs.compute.principalId
    ]
    monthlyBudget: monthlyBudget
    budgetEmails: budgetEmails
    budgetStart: budgetStart
  }
}

var settings = {
  ODIFF_CLUSTER: cluster
  ODIFF_REDIS: redis.outputs.url
  ODIFF_REGISTRY: registry.outputs.loginServer
  ODIFF_SILO_PORT: string(siloPort)
  ODIFF_CLIENT_PORT: string(clientPort)
  ODIFF_METRICS_URL: monitoring.outputs.metricsUrl
}

module compute 'modules/compute.bicep' = if (isComplete) {
  params: {
    name: name
    location: location
    zones: zones
    controlSubnetId: network.outputs.controlSubnetId
    computeSubnetId: network.outputs.computeSubnetId
    control: identity.outputs.control
    compute: identity.outputs.compute
    controlVmSize: controlVmSize
    controlCount: controlCount
    computeVmSize: computeVmSize
    computeGpus: computeGpus
    computeStart: computeStart
    computeLeast: computeLeast
    computeMost: computeMost
    computeIsSpot: computeIsSpot
    computeMaxPrice: computeMaxPrice
    queuedMost: queuedMost
    sshPublicKey: sshPublicKey
    logsRuleId: monitoring.outputs.logsRuleId
    controlSettings: union(settings, {
      ODIFF_IMAGE: '${registry.outputs.loginServer}/odiff:${version}'
      ODIFF_STORE: '${storage.outputs.blobEndpoint}${storage.outputs.jobsContainer}'
    })
    computeSettings: union(settings, {
      ODIFF_IMAGE: '${registry.outputs.loginServer}/${computeGpus > 0 ? 'odiff-cuda' : 'odiff'}:${version}'
      ODIFF_MODELS_URL: '${storage.outputs.blobEndpoint}${storage.outputs.modelsContainer}'
    })
  }
}

module gateway 'modules/gateway.bicep' = if (isComplete) {
  params: {
    name: '${name}-gateway'
    location: location
    subnetId: network.outputs.gatewaySubnetId
    self: identity.outputs.gateway
    image: '${registry.outputs.loginServer}/odiff:${version}'
    registry: registry.outputs.loginServer
    least: gatewayLeast
    isZoneRedundant: !empty(zones)
    redisUrl: redis.outputs.url
    cluster: cluster
    port: gatewayPort
    apiKeys: gatewayApiKeys
    logsWorkspaceId: monitoring.outputs.logsWorkspaceId
  }
}

output gatewayUrl string = gateway.?outputs.url ?? ''
output registry string = registry.outputs.name
output storageAccount string = storage.outputs.name
output modelsContainer string = storage.outputs.modelsContainer
output controlMachines string = compute.?outputs.controlMachines ?? ''
output computeMachines string = compute.?outputs.computeMachines ?? ''
