"""The sandbox: Employment Hero and StackOne, simulated on loopback, with made-up secrets only."""
