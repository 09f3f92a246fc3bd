metadata description = 'Container registry.'

param name string
param location string
param networkId string
param endpointSubnetId string

@description('Object ids of the identities that pull images.')
param principalIds string[]

@description('Address ranges outside the virtual network from which images are pushed; none: from within alone.')
param operatorAddresses string[]

var acrPull = '7f951dda-4ed3-4680-a7ca-43fe172d538d'

resource registry 'Microsoft.ContainerRegistry/registries@2025-04-01' = {
  name: name
  location: location
  sku: { name: 'Premium' } // the only one with private endpoints
  properties: {
    adminUserEnabled: false
    anonymousPullEnabled: false
    networkRuleBypassOptions: 'AzureServices' // az acr import
    publicNetworkAccess: empty(operatorAddresses) ? 'Disabled' : 'Enabled'
    networkRuleSet: {
      defaultAction: 'Deny'
      ipRules: [
        for address in operatorAddresses: {
          action: 'Allow'
          value: address
        }
      ]
    }
  }
}

resource pulls 'Microsoft.Authorization/roleAssignments@2022-04-01' = [
  for (principalId, i) in principalIds: {
    name: guid(registry.id, string(i), acrPull)
    scope: registry
    properties: {
      principalId: principalId
      principalType: 'ServicePrincipal'
      roleDefinitionId: subscriptionResourceId('Microsoft.Authorization/roleDefinitions', acrPull)
    }
  }
]

module endpoint 'private-endpoint.bicep' = {
  params: {
    name: '${name}-registry'
    location: location
    networkId: networkId
    subnetId: endpointSubnetId
    serviceId: registry.id
    groupId: 'registry'
    zoneName: 'privatelink${environment().suffixes.acrLoginServer}'
  }
}

output name string = registry.name
output loginServer string = registry.properties.loginServer
