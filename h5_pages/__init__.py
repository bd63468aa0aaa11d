"""The people's front door: pages, forms, QR codes and label sheets."""
