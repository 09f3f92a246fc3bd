metadata description = 'A service within the virtual network, under the name that it has outside.'

param name string
param location string
param networkId string
param subnetId string
param serviceId string

@description('The part of the service, as its documentation of private endpoints names it.')
param groupId string

@description('The DNS zone of such endpoints.')
param zoneName string

resource zone 'Microsoft.Network/privateDnsZones@2024-06-01' = {
  name: zoneName
  location: 'global'

  resource link 'virtualNetworkLinks' = {
    name: name
    location: 'global'
    properties: {
      registrationEnabled: false
      virtualNetwork: { id: networkId }
    }
  }
}

resource endpoint 'Microsoft.Network/privateEndpoints@2025-01-01' = {
  name: name
  location: location
  properties: {
    subnet: { id: subnetId }
    privateLinkServiceConnections: [
      {
        name: groupId
        properties: {
          privateLinkServiceId: serviceId
          groupIds: [groupId]
        }
      }
    ]
  }

  resource zones 'privateDnsZoneGroups' = {
    name: 'default'
    properties: {
      privateDnsZoneConfigs: [
        {
          name: groupId
          properties: { privateDnsZoneId: zone.id }
        }
      ]
    }
  }
}
