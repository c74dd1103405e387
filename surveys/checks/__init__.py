"""What is wrong or odd about answers: states, entries, anomalies, remarks."""
