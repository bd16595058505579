"""The sandbox: Employment Hero and StackOne, simulated on this computer. All its secrets are made up."""
