// Jobs with their checkpoints and samples, which control silos write, and models, which compute silos read. Nobody signs
// in with a key.
metadata description = 'Storage account with the containers of jobs and models.'

param name string
param location string
param networkId string
param endpointSubnetId string
param controlPrincipalId string
param computePrincipalId string

@description('People who put models into the catalogue, by their object ids in Entra.')
param operatorPrincipalIds string[]

@description('Address ranges outside the virtual network from which they may; none: from within alone.')
param operatorAddresses string[]

@description('Copies: within a zone, or across three.')
@allowed(['Standard_LRS', 'Standard_ZRS'])
param redundancy string

var blobDataContributor = 'ba92f5b4-2d11-453d-a403-e96b0029c9fe'
var blobDataReader = '2a2b9908-6ea1-4ae2-8e65-a410df84e7d1'

resource account 'Microsoft.Storage/storageAccounts@2025-01-01' = {
  name: name
  location: location
  kind: 'StorageV2'
  sku: { name: redundancy }
  properties: {
    accessTier: 'Hot'
    allowBlobPublicAccess: false
    allowCrossTenantReplication: false
    allowSharedKeyAccess: false
    defaultToOAuthAuthentication: true
    minimumTlsVersion: 'TLS1_2'
    supportsHttpsTrafficOnly: true
    publicNetworkAccess: empty(operatorAddresses) ? 'Disabled' : 'Enabled'
    networkAcls: {
      defaultAction: 'Deny'
      bypass: 'None'
      ipRules: [for address in operatorAddresses: { value: address }]
    }
  }

  resource blobs 'blobServices' = {
    name: 'default'
    properties: {
      deleteRetentionPolicy: {
        enabled: true
        days: 7
      }
    }

    resource jobs 'containers' = {
      name: 'jobs'
      properties: { publicAccess: 'None' }
    }

    resource models 'containers' = {
      name: 'models'
      properties: { publicAccess: 'None' }
    }
  }
}

resource controlWritesJobs 'Microsoft.Authorization/roleAssignments@2022-04-01' = {
  name: guid(account::blobs::jobs.id, 'control', blobDataContributor)
  scope: account::blobs::jobs
  properties: {
    principalId: controlPrincipalId
    principalType: 'ServicePrincipal'
    roleDefinitionId: subscriptionResourceId('Microsoft.Authorization/roleDefinitions', blobDataContributor)
  }
}

resource computeReadsModels 'Microsoft.Authorization/roleAssignments@2022-04-01' = {
  name: guid(account::blobs::models.id, 'compute', blobDataReader)
  scope: account::blobs::models
  properties: {
    principalId: computePrincipalId
    principalType: 'ServicePrincipal'
    roleDefinitionId: subscriptionResourceId('Microsoft.Authorization/roleDefinitions', blobDataReader)
  }
}

resource operatorsWriteModels 'Microsoft.Authorization/roleAssignments@2022-04-01' = [
  for principalId in operatorPrincipalIds: {
    name: guid(account::blobs::models.id, principalId, blobDataContributor)
    scope: account::blobs::models
    properties: {
      principalId: principalId
      roleDefinitionId: subscriptionResourceId('Microsoft.Authorization/roleDefinitions', blobDataContributor)
    }
  }
]

module endpoint 'private-endpoint.bicep' = {
  params: {
    name: '${name}-blob'
    location: location
    networkId: networkId
    subnetId: endpointSubnetId
    serviceId: account.id
    groupId: 'blob'
    zoneName: 'privatelink.blob.${environment().suffixes.storage}'
  }
}

output name string = account.name
output blobEndpoint string = account.properties.primaryEndpoints.blob
output jobsContainer string = account::blobs::jobs.name
output modelsContainer string = account::blobs::models.name
