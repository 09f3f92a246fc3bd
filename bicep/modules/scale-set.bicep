metadata description = 'Machines that run silos of one role, each a container per GPU, or one.'

import { identity } from 'identity.bicep'

param name string
param location string
param subnetId string
param self identity

@allowed(['control', 'compute'])
param role string

param vmSize string
param zones string[]

@description('GPUs of such a machine; 0: it computes on its processor.')
param gpus int

@description('Machines at the start; later what scales them decides.')
param count int

@description('Spot machines cost a fraction, and may be taken away at any moment, 30 s after they are told.')
param isSpot bool

@description('The most that an hour of a spot machine may cost; -1: as much as another machine.')
param maxPrice string

@description('Who signs in with the key.')
param adminName string = 'odiff'

param sshPublicKey string

@description('Data collection rule of logs.')
param logsRuleId string

@description('What the machine\'s scripts know about where it is: /etc/odiff/machine.env.')
param settings object

var scripts = {
  'start-silo.sh': loadTextContent('../machine/start-silo.sh')
  'sync-models.sh': loadTextContent('../machine/sync-models.sh')
  'report-queue.sh': loadTextContent('../machine/report-queue.sh')
  'azure-token.sh': loadTextContent('../machine/azure-token.sh')
  'prepare.sh': loadTextContent('../machine/prepare.sh')
}

var units = {
  'odiff-collector.service': loadTextContent('../machine/odiff-collector.service')
  'odiff-silo@.service': loadTextContent('../machine/odiff-silo@.service')
  'odiff-models.service': loadTextContent('../machine/odiff-models.service')
  'odiff-models.timer': loadTextContent('../machine/odiff-models.timer')
  'odiff-queue.service': loadTextContent('../machine/odiff-queue.service')
  'odiff-queue.timer': loadTextContent('../machine/odiff-queue.timer')
}

var allSettings = union(settings, {
  ODIFF_ROLE: role
  ODIFF_GPUS: string(gpus)
  AZURE_CLIENT_ID: self.clientId
})

var files = concat(
  map(items(scripts), file => {
    path: '/opt/odiff/${file.key}'
    permissions: '0755'
    encoding: 'b64'
    content: base64(file.value)
  }),
  map(items(units), file => {
    path: '/etc/systemd/system/${file.key}'
    encoding: 'b64'
    content: base64(file.value)
  }),
  [
    {
      path: '/etc/odiff/collector.yaml'
      encoding: 'b64'
      content: base64(loadTextContent('../machine/collector.yaml'))
    }
    {
      path: '/etc/odiff/machine.env'
      encoding: 'b64'
      content: base64(join(map(items(allSettings), setting => '${setting.key}=${setting.value}\n'), ''))
    }
  ]
)

// JSON is YAML.
var cloudConfig = {
  package_update: true
  packages: ['ca-certificates', 'curl', 'docker.io', 'gnupg']
  write_files: files
  runcmd: [['/opt/odiff/prepare.sh']]
}
var cloudInit = '#cloud-config\n${string(cloudConfig)}'

var gpuExtension = {
  name: 'gpu-driver'
  properties: {
    publisher: 'Microsoft.HpcCompute'
    type: 'NvidiaGpuDriverLinux'
    typeHandlerVersion: '1.9'
    autoUpgradeMinorVersion: true
  }
}

var extensions = [
  {
    name: 'logs'
    properties: {
      publisher: 'Microsoft.Azure.Monitor'
      type: 'AzureMonitorLinuxAgent'
      typeHandlerVersion: '1.33'
      autoUpgradeMinorVersion: true
      enableAutomaticUpgrade: true
      settings: {
        authentication: {
          managedIdentity: {
            'identifier-name': 'mi_res_id'
            'identifier-value': self.id
          }
        }
      }
    }
  }
]

resource machines 'Microsoft.Compute/virtualMachineScaleSets@2025-04-01' = {
  name: name
  location: location
  zones: empty(zones) ? null : zones
  sku: {
    name: vmSize
    tier: 'Standard'
    capacity: count
  }
  identity: {
    type: 'UserAssigned'
    userAssignedIdentities: { '${self.id}': {} }
  }
  properties: {
    orchestrationMode: 'Uniform'
    overprovision: false
    singlePlacementGroup: false
    platformFaultDomainCount: 1
    upgradePolicy: { mode: 'Manual' } // a machine is replaced, by whoever deploys, when its silos have handed over
    spotRestorePolicy: isSpot
      ? {
          enabled: true
          restoreTimeout: 'PT1H'
        }
      : null
    virtualMachineProfile: {
      priority: isSpot ? 'Spot' : 'Regular'
      evictionPolicy: isSpot ? 'Delete' : null
      billingProfile: isSpot ? { maxPrice: json(maxPrice) } : null
      scheduledEventsProfile: {
        terminateNotificationProfile: {
          enable: true
          notBeforeTimeout: 'PT5M'
        }
      }
      securityProfile: {
        securityType: 'TrustedLaunch'
        uefiSettings: {
          secureBootEnabled: gpus == 0 // the driver's modules are not signed for it
          vTpmEnabled: true
        }
      }
      storageProfile: {
        imageReference: {
          publisher: 'Canonical'
          offer: 'ubuntu-24_04-lts'
          sku: 'server'
          version: 'latest'
        }
        osDisk: {
          createOption: 'FromImage'
          caching: 'ReadWrite'
          diskSizeGB: 128
          managedDisk: { storageAccountType: 'Premium_LRS' }
        }
      }
      osProfile: {
        computerNamePrefix: name
        adminUsername: adminName
        customData: base64(cloudInit)
        linuxConfiguration: {
          disablePasswordAuthentication: true
          ssh: {
            publicKeys: [
              {
                path: '/home/${adminName}/.ssh/authorized_keys'
                keyData: sshPublicKey
              }
            ]
          }
        }
      }
      networkProfile: {
        networkInterfaceConfigurations: [
          {
            name: 'silos'
            properties: {
              primary: true
              enableAcceleratedNetworking: true
              ipConfigurations: [
                {
                  name: 'silos'
                  properties: { subnet: { id: subnetId } }
                }
              ]
            }
          }
        ]
      }
      extensionProfile: { extensions: gpus > 0 ? concat([gpuExtension], extensions) : extensions }
    }
  }
}

resource logs 'Microsoft.Insights/dataCollectionRuleAssociations@2024-03-11' = {
  name: 'logs'
  scope: machines
  properties: { dataCollectionRuleId: logsRuleId }
}

output name string = machines.name
