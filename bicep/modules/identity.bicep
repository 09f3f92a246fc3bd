metadata description = 'Who the three kinds of processes are. What each may do stands with the resource that it may use.'

param name string
param location string

resource control 'Microsoft.ManagedIdentity/userAssignedIdentities@2024-11-30' = {
  name: '${name}-control'
  location: location
}

resource compute 'Microsoft.ManagedIdentity/userAssignedIdentities@2024-11-30' = {
  name: '${name}-compute'
  location: location
}

resource gateway 'Microsoft.ManagedIdentity/userAssignedIdentities@2024-11-30' = {
  name: '${name}-gateway'
  location: location
}

@export()
type identity = {
  id: string
  clientId: string
  principalId: string
}

output control identity = {
  id: control.id
  clientId: control.properties.clientId
  principalId: control.properties.principalId
}

output compute identity = {
  id: compute.id
  clientId: compute.properties.clientId
  principalId: compute.properties.principalId
}

output gateway identity = {
  id: gateway.id
  clientId: gateway.properties.clientId
  principalId: gateway.properties.principalId
}
