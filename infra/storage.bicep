metadata description = 'Storage account for the data of the Functions host, the app package, snapshots and insights.'

param name string
param location string
param tags object
param deploymentContainer string
param rejectedRetentionDays int
param zoneRedundant bool
param privateNetworking bool

// Defaults of the settings Ffc:Snapshot:Container and Ffc:Outbox:Container.
var rejectedContainer = 'ffc-insights-rejected'
var containers = [deploymentContainer, 'ffc-snapshots', 'ffc-insights', rejectedContainer]

resource storage 'Microsoft.Storage/storageAccounts@2025-01-01' = {
  name: name
  location: location
  tags: tags
  kind: 'StorageV2'
  sku: { name: zoneRedundant ? 'Standard_ZRS' : 'Standard_LRS' }
  properties: {
    accessTier: 'Hot'
    allowBlobPublicAccess: false
    allowCrossTenantReplication: false
    allowSharedKeyAccess: false
    defaultToOAuthAuthentication: true
    minimumTlsVersion: 'TLS1_2'
    supportsHttpsTrafficOnly: true
    publicNetworkAccess: privateNetworking ? 'Disabled' : 'Enabled'
    networkAcls: {
      bypass: 'None'
      defaultAction: privateNetworking ? 'Deny' : 'Allow'
    }
  }

  // No soft delete of blobs: deleted blobs are delivered insights, which must not remain in storage.
  resource blobs 'blobServices' = {
    name: 'default'
    properties: {
      containerDeleteRetentionPolicy: { enabled: true, days: 7 }
    }

    resource container 'containers' = [
      for container in containers: {
        name: container
        properties: { publicAccess: 'None' }
      }
    ]
  }

  resource lifecycle 'managementPolicies' = {
    name: 'default'
    dependsOn: [blobs]
    properties: {
      policy: {
        rules: [
          {
            name: 'delete-rejected-insights'
            type: 'Lifecycle'
            enabled: true
            definition: {
              filters: {
                blobTypes: ['blockBlob']
                prefixMatch: ['${rejectedContainer}/']
              }
              actions: {
                baseBlob: {
                  delete: { daysAfterModificationGreaterThan: rejectedRetentionDays }
                }
              }
            }
          }
        ]
      }
    }
  }
}

output id string = storage.id
output blobEndpoint string = storage.properties.primaryEndpoints.blob
