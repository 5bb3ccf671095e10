"""What anybody may ask or do, whatever the door: who asks, when, and what goes in; typed values or a Refusal come out."""
