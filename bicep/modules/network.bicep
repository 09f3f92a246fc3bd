// The virtual network, and what may pass in it: silos reach silos and the services' private endpoints, gateways reach
// silos, nothing reaches silos from outside.
metadata description = 'Virtual network, subnets, their security groups, and the way out.'

param name string
param location string

@description('Ports of silos for each other: one, or first-last.')
param siloPorts string

@description('Ports of silos for clients: one, or first-last.')
param clientPorts string

@description('Port of the Redis.')
param redisPort int

@description('Who may call the HTTP API: an address range, or Internet.')
param callers string

var controlRange = '10.20.0.0/24'
var computeRange = '10.20.2.0/23'
var gatewayRange = '10.20.4.0/23'
var endpointRange = '10.20.6.0/24'
var siloRanges = [controlRange, computeRange]

// Behind the rules that allow, so that the virtual network's own "everything within" does not.
var nothingElse = {
  name: 'nothing-else'
  properties: {
    description: 'Everything that no other rule allows.'
    direction: 'Inbound'
    access: 'Deny'
    priority: 4096
    protocol: '*'
    sourceAddressPrefix: '*'
    sourcePortRange: '*'
    destinationAddressPrefix: '*'
    destinationPortRange: '*'
  }
}

resource siloSecurity 'Microsoft.Network/networkSecurityGroups@2025-01-01' = {
  name: '${name}-silos'
  location: location
  properties: {
    securityRules: [
      {
        name: 'silos'
        properties: {
          description: 'Silos among each other.'
          direction: 'Inbound'
          access: 'Allow'
          priority: 100
          protocol: 'Tcp'
          sourceAddressPrefixes: siloRanges
          sourcePortRange: '*'
          destinationAddressPrefixes: siloRanges
          destinationPortRange: siloPorts
        }
      }
      {
        name: 'clients'
        properties: {
          description: 'The gateway, a client of the silos.'
          direction: 'Inbound'
          access: 'Allow'
          priority: 110
          protocol: 'Tcp'
          sourceAddressPrefix: gatewayRange
          sourcePortRange: '*'
          destinationAddressPrefixes: siloRanges
          destinationPortRange: clientPorts
        }
      }
      nothingElse
    ]
  }
}

resource endpointSecurity 'Microsoft.Network/networkSecurityGroups@2025-01-01' = {
  name: '${name}-endpoints'
  location: location
  properties: {
    securityRules: [
      {
        name: 'services'
        properties: {
          description: 'Storage and registry (443), Redis.'
          direction: 'Inbound'
          access: 'Allow'
          priority: 100
          protocol: 'Tcp'
          sourceAddressPrefixes: union(siloRanges, [gatewayRange])
          sourcePortRange: '*'
          destinationAddressPrefix: endpointRange
          destinationPortRanges: ['443', string(redisPort)]
        }
      }
      nothingElse
    ]
  }
}

// What an environment of Container Apps needs, and callers.
resource gatewaySecurity 'Microsoft.Network/networkSecurityGroups@2025-01-01' = {
  name: '${name}-gateway'
  location: location
  properties: {
    securityRules: [
      {
        name: 'callers'
        properties: {
          description: 'Callers of the HTTP API, by TLS.'
          direction: 'Inbound'
          access: 'Allow'
          priority: 100
          protocol: 'Tcp'
          sourceAddressPrefix: callers
          sourcePortRange: '*'
          destinationAddressPrefix: gatewayRange
          destinationPortRanges: ['443', '31443']
        }
      }
      {
        name: 'probes'
        properties: {
          description: 'Probes of the environment by its load balancer.'
          direction: 'Inbound'
          access: 'Allow'
          priority: 110
          protocol: 'Tcp'
          sourceAddressPrefix: 'AzureLoadBalancer'
          sourcePortRange: '*'
          destinationAddressPrefix: gatewayRange
          destinationPortRange: '30000-32767'
        }
      }
      {
        name: 'environment'
        properties: {
          description: 'The environment within itself.'
          direction: 'Inbound'
          access: 'Allow'
          priority: 120
          protocol: '*'
          sourceAddressPrefix: gatewayRange
          sourcePortRange: '*'
          destinationAddressPrefix: gatewayRange
          destinationPortRange: '*'
        }
      }
      nothingElse
    ]
  }
}

// Machines without public addresses load packages and drivers through it, and sign in.
resource outgoingAddress 'Microsoft.Network/publicIPAddresses@2025-01-01' = {
  name: '${name}-outgoing'
  location: location
  sku: { name: 'Standard' }
  properties: { publicIPAllocationMethod: 'Static' }
}

resource outgoing 'Microsoft.Network/natGateways@2025-01-01' = {
  name: '${name}-outgoing'
  location: location
  sku: { name: 'Standard' }
  properties: { publicIpAddresses: [{ id: outgoingAddress.id }] }
}

resource network 'Microsoft.Network/virtualNetworks@2025-01-01' = {
  name: name
  location: location
  properties: {
    addressSpace: { addressPrefixes: ['10.20.0.0/16'] }
    subnets: [
      {
        name: 'control'
        properties: {
          addressPrefix: controlRange
          defaultOutboundAccess: false
          natGateway: { id: outgoing.id }
          networkSecurityGroup: { id: siloSecurity.id }
        }
      }
      {
        name: 'compute'
        properties: {
          addressPrefix: computeRange
          defaultOutboundAccess: false
          natGateway: { id: outgoing.id }
          networkSecurityGroup: { id: siloSecurity.id }
        }
      }
      {
        name: 'gateway'
        properties: {
          addressPrefix: gatewayRange
          defaultOutboundAccess: false
          natGateway: { id: outgoing.id }
          networkSecurityGroup: { id: gatewaySecurity.id }
          delegations: [
            {
              name: 'environment'
              properties: { serviceName: 'Microsoft.App/environments' }
            }
          ]
        }
      }
      {
        name: 'endpoints'
        properties: {
          addressPrefix: endpointRange
          defaultOutboundAccess: false
          networkSecurityGroup: { id: endpointSecurity.id }
          privateEndpointNetworkPolicies: 'Enabled'
        }
      }
    ]
  }

  resource control 'subnets' existing = { name: 'control' }
  resource compute 'subnets' existing = { name: 'compute' }
  resource gateway 'subnets' existing = { name: 'gateway' }
  resource endpoints 'subnets' existing = { name: 'endpoints' }
}

output networkId string = network.id
output controlSubnetId string = network::control.id
output computeSubnetId string = network::compute.id
output gatewaySubnetId string = network::gateway.id
output endpointSubnetId string = network::endpoints.id
