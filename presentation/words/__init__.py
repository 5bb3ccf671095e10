"""What the screens say."""
