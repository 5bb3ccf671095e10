"""What others wrote, read strictly and shown safely: JSON, names, foreign text. Imports nothing of ours."""
