// The HTTP API, a client of the silos that keeps nothing. The environment has TLS and a certificate for it.
metadata description = 'The gateway.'

import { identity } from 'identity.bicep'

param name string
param location string
param subnetId string
param self identity
param image string
param registry string

@description('Replicas at least.')
@minValue(1)
param least int

@description('Whether it is spread over zones.')
param isZoneRedundant bool

@description('Address of the Redis.')
param redisUrl string

@description('Name of the cluster.')
param cluster string

@description('Where the gateway listens within the environment.')
param port int

@description('The keys that callers may have, separated by commas.')
@secure()
param apiKeys string

param logsWorkspaceId string

resource site 'Microsoft.App/managedEnvironments@2025-07-01' = {
  name: name
  location: location
  properties: {
    appLogsConfiguration: { destination: 'azure-monitor' }
    vnetConfiguration: {
      infrastructureSubnetId: subnetId
      internal: false
    }
    workloadProfiles: [
      {
        name: 'Consumption'
        workloadProfileType: 'Consumption'
      }
    ]
    zoneRedundant: isZoneRedundant
  }
}

// Those after the first version are previews to this day.
#disable-next-line use-recent-api-versions
resource logs 'Microsoft.Insights/diagnosticSettings@2021-05-01-preview' = {
  name: 'logs'
  scope: site
  properties: {
    workspaceId: logsWorkspaceId
    logs: [
      {
        category: 'ContainerAppConsoleLogs'
        enabled: true
      }
    ]
  }
}

resource app 'Microsoft.App/containerApps@2025-07-01' = {
  name: name
  location: location
  identity: {
    type: 'UserAssigned'
    userAssignedIdentities: { '${self.id}': {} }
  }
  properties: {
    environmentId: site.id
    workloadProfileName: 'Consumption'
    configuration: {
      activeRevisionsMode: 'Single'
      ingress: {
        external: true
        targetPort: port
        transport: 'auto'
        allowInsecure: false
      }
      registries: [
        {
          server: registry
          identity: self.id
        }
      ]
      secrets: [
        {
          name: 'api-keys'
          value: apiKeys
        }
      ]
    }
    template: {
      containers: [
        {
          name: 'gateway'
          image: image
          args: [
            'gateway'
            '--redis'
            redisUrl
            '--cluster'
            cluster
            '--listen'
            'http://0.0.0.0:${port}'
            '--verbose'
          ]
          env: [
            {
              name: 'ODIFF_API_KEYS'
              secretRef: 'api-keys'
            }
            {
              name: 'AZURE_CLIENT_ID'
              value: self.clientId
            }
          ]
          resources: {
            cpu: json('1.0')
            memory: '2Gi'
          }
          probes: [
            {
              type: 'Startup'
              httpGet: {
                path: '/health/live'
                port: port
              }
              periodSeconds: 5
              failureThreshold: 24 // it looks for the cluster for a minute before it listens
            }
            {
              type: 'Liveness'
              httpGet: {
                path: '/health/live'
                port: port
              }
            }
            {
              type: 'Readiness'
              httpGet: {
                path: '/health/ready'
                port: port
              }
              timeoutSeconds: 5
            }
          ]
        }
      ]
      scale: {
        minReplicas: least
        maxReplicas: 10
        rules: [
          {
            name: 'requests'
            http: { metadata: { concurrentRequests: '50' } }
          }
        ]
      }
    }
  }
}

output url string = 'https://${app.properties.configuration.ingress.fqdn}'
