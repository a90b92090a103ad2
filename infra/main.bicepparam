using './main.bicep'

// azd sets AZURE_ENV_NAME to the name of its environment.
param name = readEnvironmentVariable('AZURE_ENV_NAME', 'ffc')

// Required. Do not write it in this file; use: export FFC_ENV_SECRET=…
param envSecret = readEnvironmentVariable('FFC_ENV_SECRET')

// All other parameters have defaults, see main.bicep.
