metadata description = 'Virtual network from which the app reaches the storage account and the key vault through private endpoints.'

param name string
param location string
param tags object
param addressPrefix string
param storageAccountId string
param vaultId string

resource network 'Microsoft.Network/virtualNetworks@2024-05-01' = {
  name: 'vnet-${name}'
  location: location
  tags: tags
  properties: {
    addressSpace: { addressPrefixes: [addressPrefix] }
    subnets: [
      {
        name: 'app'
        properties: {
          addressPrefix: cidrSubnet(addressPrefix, 26, 0)
          delegations: [
            {
              name: 'flex-consumption'
              properties: { serviceName: 'Microsoft.App/environments' }
            }
          ]
        }
      }
      {
        name: 'private-endpoints'
        properties: {
          addressPrefix: cidrSubnet(addressPrefix, 26, 1)
          privateEndpointNetworkPolicies: 'Disabled'
        }
      }
    ]
  }
}

module blob 'private-endpoint.bicep' = {
  params: {
    name: 'pe-${name}-blob'
    location: location
    tags: tags
    networkId: network.id
    subnetId: network.properties.subnets[1].id
    targetId: storageAccountId
    service: 'blob'
    zoneName: 'privatelink.blob.${environment().suffixes.storage}'
  }
}

module vault 'private-endpoint.bicep' = {
  params: {
    name: 'pe-${name}-vault'
    location: location
    tags: tags
    networkId: network.id
    subnetId: network.properties.subnets[1].id
    targetId: vaultId
    service: 'vault'
    // The private zone of .vault.azure.net is privatelink.vaultcore.azure.net. Other clouds follow the same pattern.
    zoneName: 'privatelink${replace(environment().suffixes.keyvaultDns, '.vault.', '.vaultcore.')}'
  }
}

output appSubnetId string = network.properties.subnets[0].id
