// Who is in the cluster, and reminders of jobs. Whoever signs in does it with Entra, over TLS.
metadata description = 'Azure Managed Redis.'

param name string
param location string
param networkId string
param endpointSubnetId string

@description('Object ids of the identities that use it.')
param principalIds string[]

@allowed(['Balanced_B0', 'Balanced_B1', 'Balanced_B3', 'Balanced_B5'])
param size string

@description('Whether there is a second node that takes over.')
param isReplicated bool

@description('The port of every Azure Managed Redis.')
param port int

resource redis 'Microsoft.Cache/redisEnterprise@2025-07-01' = {
  name: name
  location: location
  sku: { name: size }
  properties: {
    highAvailability: isReplicated ? 'Enabled' : 'Disabled'
    minimumTlsVersion: '1.2'
    publicNetworkAccess: 'Disabled'
  }

  resource database 'databases' = {
    name: 'default'
    properties: {
      accessKeysAuthentication: 'Disabled'
      clientProtocol: 'Encrypted'
      // Orleans' scripts name keys that would lie in several shards.
      clusteringPolicy: 'NoCluster'
      // Nothing in it may be forgotten for want of room.
      evictionPolicy: 'NoEviction'
      persistence: {
        aofEnabled: true
        aofFrequency: '1s'
      }
      port: port
    }

    @batchSize(1)
    resource users 'accessPolicyAssignments' = [
      for (principalId, i) in principalIds: {
        name: 'odiff${i}'
        properties: {
          accessPolicyName: 'default'
          user: { objectId: principalId }
        }
      }
    ]
  }
}

module endpoint 'private-endpoint.bicep' = {
  params: {
    name: '${name}-redis'
    location: location
    networkId: networkId
    subnetId: endpointSubnetId
    serviceId: redis.id
    groupId: 'redisEnterprise'
    zoneName: 'privatelink.redis.azure.net'
  }
}

@description('As `odiff --redis` takes it: whoever asks signs in with its own identity.')
output url string = 'rediss://entra@${redis.properties.hostName}:${redis::database.properties.port}'
