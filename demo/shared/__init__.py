"""What every site of Demo Town is built from: pages, accounts, orders, the rig and the log."""
